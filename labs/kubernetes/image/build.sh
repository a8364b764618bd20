#!/bin/bash
# Makes the package `kubernetes` out of Debian's source package `kubernetes`, whose binary packages hold kubectl only.
# Runs inside a throw-away build root without network: source package in /build/source, packages into /build/packages.
set -euo pipefail
cd /build
version=$(sed -n 's/^Version: //p' source/*.dsc | head -n 1)
upstream=${version##*really}
upstream=${upstream%%-*}
dpkg-source --no-check -x source/*.dsc tree

cd tree
# The copy of reflect2 in this release breaks maps under Go 1.18 and later; Debian's own is the version that does not.
rm vendor/github.com/modern-go/reflect2/*.go vendor/github.com/modern-go/reflect2/*.s
cp /usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} vendor/github.com/modern-go/reflect2/
export GOPATH=$PWD/.go CGO_ENABLED=0 HOME=/build PATH=/usr/lib/go-1.19/bin:$PATH
mkdir -p .go/src/k8s.io
ln -s ../../.. .go/src/k8s.io/kubernetes
# What the programs call themselves; the archive has no git repository that could tell.
cat > /build/version << END
KUBE_GIT_COMMIT='debian'
KUBE_GIT_TREE_STATE='archive'
KUBE_GIT_VERSION='v$upstream'
KUBE_GIT_MAJOR='1'
KUBE_GIT_MINOR='${upstream:2:2}'
END
export KUBE_GIT_VERSION_FILE=/build/version
export SOURCE_DATE_EPOCH=$(dpkg-parsechangelog --show-field Timestamp)
make WHAT="cmd/kube-apiserver cmd/kube-controller-manager cmd/kube-scheduler cmd/kubelet cmd/kubectl"

package=/build/package
mkdir -p $package/DEBIAN $package/usr/bin /build/packages
cp _output/bin/kube* $package/usr/bin/
cat > $package/DEBIAN/control << END
Package: kubernetes
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: faultmaven_kb labs <labs@localhost>
Description: Kubernetes control plane and kubelet, built for the labs from Debian's source package
END
dpkg-deb --root-owner-group -Zgzip -z1 --build $package /build/packages > /dev/null
