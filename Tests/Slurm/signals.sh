# What Slurm sends before it takes a job away ends a training with its checkpoint; the job goes back to the queue and goes on
# to the same bits.
cat > train.moco << 'END'
let c = clip_model({embedding: 8, context: 12, merges: 100
  text: {width: 8, layers: 1, heads: 2}
  vision: {image_size: 8, patch: 4, channels: 1, width: 8, layers: 1, heads: 2}}, seed: 1)
let d = dataset(features: randn([60, 8], seed: 3), labels: [i % 3 for i in 0..<60], classes: ["a", "b", "c"])
let m = coop(c, classes: ["a", "b", "c"], tokens: 2)
let name = "c"
let r = train(m, on: d.train, for: 4 epochs, batch: 7, checkpoint: "\(name).safetensors",
  resume: if exists("\(name).safetensors") { "\(name).safetensors" } else { nil },
  each_step: s => if s.index == 11 and not exists("\(name).go") {
    write_text("\(name).waiting", "")
    while not exists("\(name).go") { }
  })
print(r.steps, r.losses, [p.to_list() for p in m.parameters])
END
touch whole.go
"$MOCO" run train.moco --quiet --no-record --set name=whole > whole.result

jobs=()
for signal in TERM USR1 XCPU; do
  cat > "$signal.sbatch" << END
#!/bin/bash
#SBATCH --job-name=$signal
#SBATCH --output=$signal.out
#SBATCH --open-mode=append
#SBATCH --requeue
exec "$MOCO" run train.moco --no-record --set name=$signal > $signal.result
END
  jobs+=("$(submit "$signal.sbatch")")
done
place=0
for signal in TERM USR1 XCPU; do
  job=${jobs[$place]}
  place=$((place + 1))
  until_true "$signal's training" test -e "$signal.waiting"
  scancel --batch --signal="$signal" "$job"
  until_true "the end by $signal" has_ended "$job"
  contains "what $signal printed" "$(cat "$signal.out")" "interrupted after step 11 of 32"
  touch "$signal.go"
  scontrol requeue "$job"
done
for job in "${jobs[@]}"; do
  until_true "the second run of $job" has_state "$job" COMPLETED
done
for signal in TERM USR1 XCPU; do same "$signal.result" whole.result; done
