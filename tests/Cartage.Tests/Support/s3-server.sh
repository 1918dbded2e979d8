#!/usr/bin/env bash
# A throw-away S3 server on loopback: one Ceph monitor, one storage daemon that keeps everything in memory, one gateway.
# s3-server.sh FOLDER MONITOR_PORT GATEWAY_PORT: says "ready" when it answers; ends everything when its standard input does.
set -eu
folder=$1 monitor=$2 gateway=$3
mkdir -p "$folder"/{mon,osd,rgw,run,log}
cd "$folder"
export CEPH_CONF=$folder/ceph.conf
id=$(cat /proc/sys/kernel/random/uuid) disk=$(cat /proc/sys/kernel/random/uuid)
cat > ceph.conf <<CONF
[global]
fsid = $id
mon initial members = a
mon host = [v1:127.0.0.1:$monitor]
public network = 127.0.0.0/8
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd crush chooseleaf type = 0
osd class update on start = false
osd crush update on start = false
osd objectstore = memstore
memstore device bytes = 4294967296
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
mon data avail warn = 2
run dir = $folder/run
admin socket = $folder/run/\$name.asok
log file = $folder/log/\$name.log
[mon.a]
mon data = $folder/mon
mon addr = [v1:127.0.0.1:$monitor]
[osd.0]
osd data = $folder/osd
[client.rgw]
rgw data = $folder/rgw
rgw frontends = beast endpoint=127.0.0.1:$gateway
rgw enable usage log = false
CONF
started=()
end() { kill -9 "${started[@]}" 2>/dev/null || true; cd /; rm -rf "$folder"; }
trap end EXIT
monmaptool --create --clobber --addv a "[v1:127.0.0.1:$monitor]" --fsid "$id" monmap
ceph-mon --mkfs -i a --monmap monmap
ceph-mon -f -i a < /dev/null & started+=($!)
ceph osd new "$disk" 0
ceph-osd -i 0 --mkfs --osd-uuid "$disk"
ceph-osd -f -i 0 < /dev/null & started+=($!)
ceph osd crush add osd.0 1.0 host=localhost root=default
radosgw -f -n client.rgw < /dev/null & started+=($!)
until (exec 3<> "/dev/tcp/127.0.0.1/$gateway") 2>/dev/null; do
  for one in "${started[@]}"; do kill -0 "$one" || { tail -n 20 log/*; exit 1; }; done
  sleep 0.2
done
radosgw-admin -n client.rgw user create --uid=shop --display-name=shop --access-key=shop-key --secret-key=shop-secret --max-buckets=0
echo ready
while read -r _; do :; done
