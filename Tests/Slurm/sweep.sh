# A sweep as an array of several points a task: status while it runs, a task that is killed, one that is cancelled, what is
# missing by the same line, and in the end the results of one machine.
write_program small.moco 20
"$MOCO" sweep small.moco --quiet --out alone > alone.txt
contains "a sweep on one machine" "$(cat alone.txt)" "6 finished"
results alone alone.results
rm begun-*

# Point k is task k mod 3: task 1 has seed 2, task 2 seed 3.
touch hold-1-2 hold-1-3
line=(sweep small.moco --slurm "time=10,mem=100M" --tasks 3)
sent=$("$MOCO" "${line[@]}" --submit)
contains "what --submit prints" "$sent" "runs/small/sweep.sbatch: 6 points in 3 tasks"
job=$(sed -n 's/^job \([0-9]*\);.*/\1/p' <<< "$sent")
contains "the script" "$(cat runs/small/sweep.sbatch)" "#SBATCH --array=0-2"
contains "what is remembered" "$(cat runs/small/slurm.jsonl)" "\"$job\""

until_true "the first part" has_state "${job}_0" COMPLETED
until_true "task 1" test -e begun-1-2
until_true "task 2" test -e begun-1-3
status=$("$MOCO" sweep small.moco --status)
contains "the status" "$status" "2 finished, 2 running, 2 missing"
contains "the status" "$status" "on $(hostname), slurm ${job}_1, since"
contains "the status" "$status" "task ${job}_2 is running"
contains "the status" "$status" "slurm job $job, submitted"

# One is killed, the other one is cancelled.
kill -KILL "$(field runs/small/1-2-*/lock id)"
scancel "${job}_2"
until_true "the end of the job" has_ended "$job"
status=$("$MOCO" sweep small.moco --status)
contains "the status" "$status" "2 finished, 1 dead, 1 interrupted, 2 missing"
contains "the status" "$status" "SIGTERM"
contains "the status" "$status" "task ${job}_2 has ended: cancelled"
rm hold-1-2 hold-1-3

# The same line again does the rest.
again=$("$MOCO" "${line[@]}" --submit)
second=$(sed -n 's/^job \([0-9]*\);.*/\1/p' <<< "$again")
until_true "the rest" has_state "$second" COMPLETED
contains "the status" "$("$MOCO" sweep small.moco --status)" "6 finished"
results runs/small slurm.results
same slurm.results alone.results
for value in loss steps; do
  "$MOCO" table runs/small --rows shots --columns seed --value "$value" --format csv > slurm.csv
  "$MOCO" table alone --rows shots --columns seed --value "$value" --format csv > alone.csv
  same slurm.csv alone.csv
done
