"""How much a word tells in operations, whatever base it is searched in.

In a base of ten runbooks every word is rare, so rarity there says nothing. This table is the prior: the share of
operations texts in which a word would stand. `everyday` words ("error", "pod", "slow") stand nearly everywhere,
`common` ones often; all others are taken for rare. `Index.information` mixes the prior with what the base itself shows.
"""

from Stemmer import Stemmer

__all__ = ["RARE", "share"]

_EVERYDAY = """
    error errors fail failed failing failure failures issue issues problem problems broken break wrong bad help urgent
    asap work works working worked server servers service services system systems app apps application applications
    program software machine machines host hosts instance instances box environment production prod staging test
    cluster clusters node nodes pod pods container containers deployment kubernetes k8s kube kubectl docker linux
    cloud site website web page user users customer customers client clients people everyone everything anything
    something nothing someone team run runs running ran start starts started starting stop stops stopped stopping up
    down slow slowly slower fast time times timeout today yesterday morning night since suddenly happen happens
    happened happening new old use uses used using try tries tried trying know find found look looks looking check
    checks checked show shows showing say says said tell tells told come comes go goes going gone take takes took want
    wants thing things way lot every each another other others one two three first last next many much few several
    still even always often sometimes ever only really right left good best well back again not no never without can
    cannot message messages log logs alert alerts alerting alarm fire fires firing fired status state info information
    warning critical high low highly value values number name names namespace default data file files line lines
    command commands output result results request requests response responses respond responds responding connection
    connections connect connected network available unavailable access open close closed read write set change changed
    changes changing update updated updates version config configuration configure configured install installed
    database databases load loads loading cause caused causes reason reasons minute minutes second seconds hour hours
    day days week month year need needs needed create created creating delete deleted added remove removed please
    thanks thank hello question answer explain describe mean means meaning process processes job jobs task tasks
    outage incident degraded bug crash crashed crashes hang hangs stuck normal unexpected unknown internal local
    current currently recent recently long short large big small full empty total less
    after before during between within because however due via per non re id ok yes tool tools
    performance latency usage action actions support fix fixes fixed solve resolve resolved handle call calls called
    part place point case end side top bottom type types kind example http https www com org io
""".split()

_COMMON = """
    memory cpu disk storage space port ports address path directory folder volume volumes image images registry
    secret secrets key keys certificate certificates token password permission permissions denied refused rejected
    limit limits limited exceeded quota resource resources ready health healthy unhealthy probe restart restarts
    restarted restarting reboot rebooted replica replicas primary standby leader member members backup backups query
    queries table tables index indexes lock locks locked transaction transactions session sessions pool queue queues
    topic consumer producer broker cache key login auth authentication authorization unauthorized forbidden invalid
    missing expired expire expires expiry reset unreachable reachable lost dropped drop drops packet packets dns
    resolve resolution lookup hostname domain ip tcp udp tls ssl proxy upstream downstream backend frontend api
    endpoint endpoints gateway ingress balancer controller operator scheduler scheduled schedule metrics metric
    monitoring prometheus grafana alertmanager target targets rule rules scrape percent percentage rate rates
    threshold count growing grow grows increase increased increasing decrease dropping spike spikes traffic
    throughput exit code exited killed kill signal oom exception trace stack thread threads heap java python node
    js sql select root admin kernel mount mounted filesystem partition device systemd unit daemon socket session
    pull push build pipeline deploy deployed rollout release image tag branch master main worker workers agent agents
    sync synced synchronization replication cluster quorum election snapshot restore write writes reads
    bytes mb gb kb size sizes buffer capacity free allocated allocate object objects bucket region zone account role
    policy field label labels annotation event events condition reach reached accept accepted allowed allow send sent
    sending receive received deliver delivered notification notifications duration window average elevated
    json yaml xml parse string strings list lists array function code program programming class library difference
    differ different compare text word words page pages letter column columns row rows math
    context deadline unable attempt attempts retry retries return returns returned respond empty null manual script
""".split()

_SHARES = {"everyday": 0.4, "common": 0.12}
RARE = 0.008
"""The share of operations texts that hold a word of neither list."""

_STEMMER = Stemmer("english")
_SHARE = {_STEMMER.stemWord(word): _SHARES["common"] for word in _COMMON}
_SHARE |= {_STEMMER.stemWord(word): _SHARES["everyday"] for word in _EVERYDAY}


def share(term: str) -> float:
    """The share (0 to 1) of operations texts in which a term is expected; numbers of up to two digits are everyday."""
    if term.isdigit() and len(term) < 3:
        return _SHARES["everyday"]
    if term.startswith("not~"):
        return _SHARE.get(term[4:], RARE) / 2
    return _SHARE.get(term, RARE)
