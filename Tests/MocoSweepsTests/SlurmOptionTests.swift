import MocoBase
import MocoSweeps
import Testing

/// What `--slurm` and `--tasks` take.
@Suite struct SlurmOptionTests {
  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as Failure {
      return "\(error.code) \(error.message); \(error.help ?? "")"
    } catch { return "\(error)" }
  }

  private func lines(_ text: String) throws -> [String] { try SlurmOptions(text).lines }

  @Test func optionsAreLines() throws {
    #expect(
      try lines("time=1:00:00,cpus=2,partition=x,mem=8G") == [
        "#SBATCH --time=1:00:00", "#SBATCH --cpus-per-task=2", "#SBATCH --partition=x", "#SBATCH --mem=8G",
      ])
    // What moco does not know goes through.
    #expect(
      try lines("gres=gpu:a100:2,qos=low,new-option=7") == [
        "#SBATCH --gres=gpu:a100:2", "#SBATCH --qos=low", "#SBATCH --new-option=7",
      ])
    #expect(try lines("p=x, t=10") == ["#SBATCH -p x", "#SBATCH -t 10"])
    #expect(try lines("exclusive,--mem=1G") == ["#SBATCH --exclusive", "#SBATCH --mem=1G"])
    #expect(try lines("") == [] && lines(" , ") == [])
    // Commas within values.
    #expect(
      try lines("nodelist=n[1-4,7],mail-type='END,FAIL'") == [
        "#SBATCH --nodelist=n[1-4,7]", "#SBATCH --mail-type=END,FAIL",
      ])
    #expect(try lines("comment=\"two words\"") == ["#SBATCH --comment=\"two words\""])
    #expect(
      try lines("constraint=[a|b]&c*2,begin=now+1hour,export=A=1") == [
        "#SBATCH --constraint=[a|b]&c*2", "#SBATCH --begin=now+1hour", "#SBATCH --export=A=1",
      ])
  }

  @Test func whatNoLineCanHoldIsRefused() {
    for (text, part) in [
      ("mem=8G\n#SBATCH --uid=0", "contains a control character"), ("comment=a#b", "contains \"#\""),
      ("mem=$MEM", "Slurm does not expand variables"), ("comment=a\\b", "contains \"\\\""),
      ("comment=`id`", "contains \"`\""), ("comment=ä", "contains \"ä\""),
      ("mem=", "'mem' in --slurm is empty"),
      (
        "mail-type=END,FAIL",
        "'FAIL' in --slurm has no value; write FAIL=VALUE; a comma within a value needs quotes"
      ),
      ("nodelist=n1,n2", "'n2' in --slurm has no value"), ("mem", "'mem' in --slurm has no value"),
      ("nodelist=n[1-4", "a bracket in --slurm is not closed"),
      ("comment='a", "a ' in --slurm is not closed"),
      ("nodelist=n1]", "a bracket in --slurm is not closed"), ("=8G", "is not an option"),
      ("a b=3", "is not an option"),
      ("mem/x=3", "is not an option"), ("mem=1G,memory=2G", "contains 'mem' more than once"),
      ("array=0-7", "--tasks 8%4"), ("ntasks=4", "cpus=4"), ("chdir=/x", "does not accept 'chdir'"),
      ("wait=1", "does not accept 'wait'"),
    ] {
      let found = message { _ = try SlurmOptions(text) }
      #expect(found.hasPrefix("E1127") && found.contains(part), "\(text): \(found)")
    }
  }

  @Test func tasks() throws {
    #expect(
      try ArrayTasks("8") == ArrayTasks("8") && ArrayTasks("8").count == 8 && ArrayTasks("8").atOnce == nil)
    #expect(try ArrayTasks("8%4").atOnce == 4)
    for text in ["0", "-1", "8%", "%4", "8%0", "8%4%2", "a", "", "08", "1e3", "99999999999"] {
      #expect(message { _ = try ArrayTasks(text) }.hasPrefix("E1127 --tasks is \"\(text)\""), "\(text)")
    }
    func array(_ points: Int, _ asked: String? = nil, _ limit: Int?) -> String {
      do {
        return try ArrayTasks.fitting(points: points, asked: asked.map { try ArrayTasks($0) }, limit: limit)
          .array
      } catch { return "\((error as? Failure)?.message ?? "\(error)")" }
    }
    #expect(array(6, nil, 1001) == "0-5" && array(120, nil, nil) == "0-49" && array(120, nil, 16) == "0-15")
    #expect(
      array(120, "40%8", 64) == "0-39%8" && array(3, "40%8", 16) == "0-2%8" && array(1, nil, nil) == "0-0")
    #expect(
      array(64, "64", 64) == "0-63"
        && array(65, "65", 64).contains("at most 64 on this system (MaxArraySize)"))
    #expect(array(5000, "1002", nil).contains("at most 1001 when MaxArraySize is unknown"))
    #expect(array(5, nil, 0) == "0-0")
  }
}
