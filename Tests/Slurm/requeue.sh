# Trainings in flight that are stopped by USR1, and by Slurm's own requeue, go on to the same bits.
write_program long.moco 8000
"$MOCO" sweep long.moco --quiet --only shots=2 --only seed=1,2 --out alone > alone.txt
results alone alone.results

sent=$("$MOCO" sweep long.moco --only shots=2 --only seed=1,2 --slurm "time=10" --submit)
job=$(sed -n 's/^job \([0-9]*\);.*/\1/p' <<< "$sent")
until_true "the training of task 0" has "runs/long/2-1-*/metrics.jsonl"
until_true "the training of task 1" has "runs/long/2-2-*/metrics.jsonl"
scancel --batch --signal=USR1 "${job}_0"
scontrol requeue "${job}_1"
until_true "the end by USR1" has_state "${job}_0" FAILED
contains "the status" "$("$MOCO" sweep long.moco --only shots=2 --only seed=1,2 --status)" "SIGUSR1"
for seed in 1 2; do
  [ -n "$(ls runs/long/2-$seed-*/kept)" ] || fail "the training of seed $seed has kept nothing"
done
scontrol requeue "${job}_0"
until_true "the second runs" has_state "$job" COMPLETED
for seed in 1 2; do
  contains "the record of seed $seed" "$(cat runs/long/2-$seed-*/run.json)" "\"training 1 resumed\""
  [ ! -e runs/long/2-$seed-*/kept ] || fail "what was kept for seed $seed stays"
done
# The output of the first try is still there.
contains "the output" "$(cat runs/long/slurm-"$job"_0.out)" "was stopped"
results runs/long slurm.results
same slurm.results alone.results
