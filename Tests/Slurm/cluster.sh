# Starts and stops a Slurm of one node in the folder `place`. Sourced by scripts/test-slurm.

# A port where nobody listens. Another process may take it before the daemon does: then the start is tried again.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || break
  done
  echo "$port"
}

write_configuration() {
  local host user
  host=$(hostname -s)
  user=$(id -un)
  cat > "$place/slurm.conf" << END
ClusterName=moco
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
# A job that goes back to the queue waits as long as a credential lives, 120 s without this.
AuthInfo=socket=$place/run/munge.socket,cred_expire=5
CryptoType=crypto/munge
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/run/slurmctld.pid
SlurmdPidFile=$place/run/slurmd.pid
SlurmctldLogFile=$place/log/slurmctld.log
SlurmdLogFile=$place/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,bf_interval=1,sched_interval=2
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
KillWait=2
MaxArraySize=64
# Jobs that have ended stay in squeue -t all.
MinJobAge=600
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=2000 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
}

start_cluster() {
  mkdir -p "$place"/{run,log,state,spool,munge}
  chmod 700 "$place/munge"
  (umask 077 && head -c 64 /dev/urandom > "$place/munge/key")
  munged --key-file="$place/munge/key" --socket="$place/run/munge.socket" --pid-file="$place/munge/pid" \
    --log-file="$place/munge/log" --seed-file="$place/munge/seed" --force 2> "$place/log/munged.log"
  export SLURM_CONF=$place/slurm.conf
  local try turn
  for try in 1 2 3; do
    write_configuration
    slurmctld -f "$SLURM_CONF" -c 2>> "$place/log/start.log" || continue
    slurmd -f "$SLURM_CONF" -c 2>> "$place/log/start.log" || true
    for turn in {1..100}; do
      sinfo -h -o %T 2>> "$place/log/start.log" | grep -q idle && return
      sleep 0.1
    done
    stop_daemon "$place/run/slurmctld.pid"
    stop_daemon "$place/run/slurmd.pid"
  done
  tail -n 20 "$place"/log/*.log >&2
  echo "Slurm did not start" >&2
  exit 1
}

# Ends every job of this cluster, and waits until its processes are gone: a slurmctld with a job alive takes long to end and
# leaves the job's keeper behind.
cancel_all() {
  local turn
  scancel --state=PENDING --user="$(id -un)" 2> /dev/null || return 0
  scancel --user="$(id -un)" 2> /dev/null || return 0
  for turn in {1..60}; do
    [ -n "$(squeue -h -t R,CG,CF,S 2> /dev/null)" ] || return 0
    [ "$turn" != 30 ] || scancel --full --signal=KILL --user="$(id -un)" 2> /dev/null || true
    sleep 0.2
  done
}

# Ends the process whose number is in a file, and waits until it is gone.
stop_daemon() {
  local process turn
  [ -s "$1" ] || return 0
  process=$(cat "$1")
  kill -TERM "$process" 2> /dev/null || return 0
  for turn in {1..60}; do
    kill -0 "$process" 2> /dev/null || return 0
    sleep 0.05
  done
  kill -KILL "$process" 2> /dev/null || true
}

stop_cluster() {
  [ ! -s "$place/run/slurmctld.pid" ] || cancel_all
  stop_daemon "$place/run/slurmctld.pid"
  stop_daemon "$place/run/slurmd.pid"
  stop_daemon "$place/munge/pid"
}
