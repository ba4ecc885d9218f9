# What Slurm does not take, does not know any more, or cannot say: clear words, and nothing is lost.
write_program small.moco 2
# refused WORD ARGUMENTS...: moco sweep fails and says the word
refused() {
  local word=$1 status=0
  shift
  "$MOCO" sweep small.moco "$@" > said.txt 2>&1 || status=$?
  [ "$status" != 0 ] || fail "moco sweep $* was not refused"
  contains "moco sweep $*" "$(cat said.txt)" "$word"
}
refused "Memory specification can not be satisfied" --slurm mem=8G --submit
refused "invalid partition specified: none" --slurm partition=none --submit
refused "E1128" --slurm nonsense=1 --submit
[ ! -e runs/small/slurm.jsonl ] || fail "a job is remembered that is none"
refused "at most 64 on this system (MaxArraySize)" --over seed=1..70 --slurm time=1 --tasks 65
echo "# mine" >> runs/small/sweep.sbatch
cp runs/small/sweep.sbatch mine.sbatch
refused "was edited" --slurm time=1
same runs/small/sweep.sbatch mine.sbatch
mv runs/small/sweep.sbatch gone.sbatch
refused "no batch script" --submit
real=$MOCO
MOCO=without_slurm
without_slurm() { PATH=/none "$real" "$@"; }
refused "sbatch was not found" --slurm time=1 --submit
MOCO=$real

# An edited script is sent as it is.
sed -i 's/^#SBATCH --array=.*/#SBATCH --array=1/; s/auto\/[0-9]*/auto\/2/' runs/small/sweep.sbatch
sent=$("$MOCO" sweep small.moco --submit)
job=$(sed -n 's/^job \([0-9]*\);.*/\1/p' <<< "$sent")
until_true "the job" has_state "$job" COMPLETED
contains "the status" "$("$MOCO" sweep small.moco --status)" "3 finished, 3 missing"

# A cluster that has forgotten the job.
sed -i "s/\"$job\"/\"99999\"/" runs/small/slurm.jsonl
status=$("$MOCO" sweep small.moco --status)
contains "the status" "$status" "no longer in the queue, and there is no accounting data (sacct)"
contains "the status" "$status" "3 finished, 3 missing"
status=$(without_slurm sweep small.moco --status)
contains "the status without Slurm" "$status" "squeue was not found"
contains "the status without Slurm" "$status" "3 finished, 3 missing"
