#!/usr/bin/env bash
# A Slurm cluster of two nodes on this machine, for tests: slurm_cluster.sh start|stop DIR.
# Needs Debian's slurmctld, slurmd, slurm-client and munge, and root. DIR holds all that it writes; afterwards
# SLURM_CONF=DIR/slurm.conf makes sbatch, squeue and scontrol talk to it. "kill-node DIR NAME" ends a node and what runs
# on it without a word, "start-node DIR NAME" brings it back.
set -euo pipefail

command=$1
folder=$2
ports=(17100 17101 17102 17103)
nodes=(n1 n2)

refuse() {
  echo "slurm_cluster: $1" >&2
  exit 1
}

configure() {
  local host
  host=$(hostname)
  mkdir -p "$folder"/{state,log,run}
  [ -e "$folder/munge.key" ] || dd if=/dev/urandom of="$folder/munge.key" bs=1024 count=1 status=none
  chmod 700 "$folder/run"
  chmod 600 "$folder/munge.key"
  cat > "$folder/slurm.conf" <<CONF
ClusterName=box
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=${ports[0]}
AuthType=auth/munge
AuthInfo=socket=$folder/run/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/run/%n
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmdPidFile=$folder/run/%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmdTimeout=10
ReturnToService=2
KillWait=2
MinJobAge=3600
SchedulerParameters=batch_sched_delay=1,sched_interval=2,requeue_setup_env_fail
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[1]} CPUs=2 RealMemory=8000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[2]} CPUs=2 RealMemory=8000
PartitionName=night Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=2 PreemptMode=OFF
CONF
  export SLURM_CONF=$folder/slurm.conf
}

start_node() {
  mkdir -p "$folder/run/$1"
  slurmd -N "$1" -f "$folder/slurm.conf"
}

# The processes of a node: its daemon, the shepherds of its tasks, and all that those started.
kill_tree() {
  local child
  for child in $(pgrep -P "$1"); do kill_tree "$child"; done
  kill -9 "$1" 2> /dev/null || true
}

kill_node() {
  local stepd
  [ -e "$folder/run/$1.pid" ] && kill_tree "$(cat "$folder/run/$1.pid")"
  for stepd in $(pgrep slurmstepd); do
    if tr '\0' ' ' < "/proc/$stepd/environ" 2> /dev/null | grep -q "SLURMD_NODENAME=$1 " \
      || ls -l "/proc/$stepd/fd" 2> /dev/null | grep -q "$folder/log/$1.log"; then
      kill_tree "$stepd"
    fi
  done
}

case $command in
  start)
    for program in slurmctld slurmd munged sbatch; do
      command -v "$program" > /dev/null || PATH=$PATH:/usr/sbin command -v "$program" > /dev/null \
        || refuse "$program is missing; install slurmctld, slurmd, slurm-client and munge"
    done
    [ "$(id -u)" = 0 ] || refuse "daemons of a cluster run as root"
    export PATH=$PATH:/usr/sbin
    configure
    munged --force --key-file="$folder/munge.key" --socket="$folder/run/munge.socket" \
      --pid-file="$folder/run/munged.pid" --log-file="$folder/log/munged.log" \
      --seed-file="$folder/run/munged.seed"
    slurmctld -f "$folder/slurm.conf"
    for node in "${nodes[@]}"; do start_node "$node"; done
    for _ in $(seq 60); do
      if [ "$(sinfo -h -N -p night -t idle -o %N | wc -l)" = ${#nodes[@]} ]; then exit 0; fi
      sleep 0.5
    done
    refuse "the nodes did not come up; see $folder/log"
    ;;
  start-node) PATH=$PATH:/usr/sbin start_node "$3" ;;
  kill-node) kill_node "$3" ;;
  stop)
    export SLURM_CONF=$folder/slurm.conf PATH=$PATH:/usr/sbin
    scancel --quiet --user=root || true
    for node in "${nodes[@]}"; do kill_node "$node"; done
    for daemon in slurmctld munged; do
      [ -e "$folder/run/$daemon.pid" ] && kill "$(cat "$folder/run/$daemon.pid")" || true
    done
    ;;
  *) refuse "start, stop, kill-node or start-node, not '$command'" ;;
esac
