#!/bin/bash
# Runs once in the finished tree: identities of the cluster, signed by an authority of its own as kubeadm would do it, the
# container images, and which units start.
set -euo pipefail
mkdir -p /etc/kubernetes/pki
cd /etc/kubernetes
days=3650

authority() {
    openssl ecparam -name prime256v1 -genkey -noout -out pki/ca.key
    openssl req -x509 -new -key pki/ca.key -subj /CN=kubernetes -days $days -out pki/ca.crt
}
identity() { # name, subject, extension
    openssl ecparam -name prime256v1 -genkey -noout -out "pki/$1.key"
    printf 'keyUsage=digitalSignature\nextendedKeyUsage=clientAuth,serverAuth\n%s\n' "${3:-}" > extensions
    openssl req -new -key "pki/$1.key" -subj "$2" |
        openssl x509 -req -CA pki/ca.crt -CAkey pki/ca.key -CAcreateserial -days $days -extfile extensions \
            -out "pki/$1.crt" 2> /dev/null
    rm extensions
}
kubeconfig() { # file, identity
    kubectl config --kubeconfig="$1" set-cluster lab --server=https://10.0.0.2:6443 \
        --certificate-authority=pki/ca.crt --embed-certs
    kubectl config --kubeconfig="$1" set-credentials "$2" --client-certificate="pki/$2.crt" --client-key="pki/$2.key" \
        --embed-certs
    kubectl config --kubeconfig="$1" set-context lab --cluster=lab --user="$2"
    kubectl config --kubeconfig="$1" use-context lab
}

authority
identity apiserver /CN=kube-apiserver subjectAltName=IP:10.0.0.2,IP:10.96.0.1,IP:127.0.0.1,DNS:kubernetes.default.svc
identity admin /O=system:masters/CN=kubernetes-admin
identity controller-manager /CN=system:kube-controller-manager
identity scheduler /CN=system:kube-scheduler
identity kubelet /O=system:nodes/CN=system:node:lab
openssl ecparam -name prime256v1 -genkey -noout -out pki/sa.key
openssl ec -in pki/sa.key -pubout -out pki/sa.pub 2> /dev/null
for name in admin controller-manager scheduler; do
    kubeconfig "$name.conf" "$name" > /dev/null
done

# The node: its certificate stands in a file of its own, which the kubelet renews.
install -d -m 0700 /var/lib/kubelet/pki
cat pki/kubelet.crt pki/kubelet.key > /var/lib/kubelet/pki/kubelet-client-first.pem
chmod 0600 /var/lib/kubelet/pki/kubelet-client-first.pem
ln -s kubelet-client-first.pem /var/lib/kubelet/pki/kubelet-client-current.pem
kubeconfig kubelet.conf kubelet > /dev/null
sed -i -E 's#^( *client-(certificate|key))-data: .*#\1: /var/lib/kubelet/pki/kubelet-client-current.pem#' kubelet.conf
chmod 0600 ./*.conf pki/*.key

install -d -m 0700 ~root/.kube
install -m 0600 admin.conf ~root/.kube/config
install -d -m 0700 -o oncall -g oncall /home/oncall/.kube
install -m 0600 -o oncall -g oncall admin.conf /home/oncall/.kube/config

python3 /usr/local/lib/lab/make-images.py /usr/local/lib/lab/images.tar
systemctl enable lab-node lab-images containerd etcd kube-apiserver kube-controller-manager kube-scheduler kubelet
