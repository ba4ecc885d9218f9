#!/usr/bin/env bash
# sbatch --wait (Slurm 22.05.8, Debian 12) exits with status 0 for a job that was cancelled before it ran.
#
# A script with `sbatch --wait job.sh && …` continues as if the job had succeeded, although it never started. A job that is
# cancelled while it runs gives 1, and one that fails gives its own status. Observed: "cancelled while it waited: 0",
# "cancelled while it ran: 1", "exit 7: 7".
#
# Exit status 0: as described. 1: something has changed. Installs slurm-wlm and munge with apt-get if they are missing, and
# starts a cluster of one node in a temporary folder.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$root/scripts/prepare" --slurm
PATH=$PATH:/usr/sbin
command -v slurmctld > /dev/null || { echo "Slurm could not be installed" >&2; exit 2; }
for name in $(compgen -e); do
  case $name in SLURM* | SBATCH_* | SQUEUE_* | SCANCEL_*) unset "$name" ;; esac
done
place=$(mktemp -d)
chmod 755 "$place"
source "$root/Tests/Slurm/cluster.sh"
trap 'stop_cluster; rm -rf "$place"' EXIT
start_cluster
cd "$place"

# waited STATE ARGUMENTS...: the status of sbatch --wait for a job that is cancelled when it is in that state
waited() {
  local status=0 when=$1 sender job turn
  shift
  sbatch --wait --parsable --output=/dev/null "$@" > id 2> /dev/null &
  sender=$!
  for turn in {1..100}; do
    job=$(cat id)
    if [ -n "$job" ] && squeue -h -r -j "$job" -o %T | grep -q "$when"; then break; fi
    sleep 0.1
  done
  scancel "$job"
  wait "$sender" || status=$?
  echo "$status"
}
sbatch --version
waiting=$(waited PENDING --hold --wrap "exit 0")
running=$(waited RUNNING --wrap "sleep 60")
plain=0
sbatch --wait --output=/dev/null --wrap "exit 7" > /dev/null || plain=$?
echo "cancelled while it waited: $waiting"
echo "cancelled while it ran: $running"
echo "exit 7: $plain"
[ "$waiting" = 0 ] && [ "$running" != 0 ] && [ "$plain" = 7 ]
echo "as described"
