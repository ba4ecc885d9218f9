import MocoLang

extension Runtime {
  /// The state of a program's random numbers, so that it can be restored.
  package struct Chance {
    var random: RandomState
    var seed: UInt64
    var draws: Int
  }

  /// The state of the random numbers: of the language, and of tensors, trainings and data.
  package var chance: Chance {
    get { Chance(random: interpreter.chance, seed: context.seed, draws: context.draws) }
    set {
      interpreter.chance = newValue.random
      (context.seed, context.draws) = (newValue.seed, newValue.draws)
    }
  }
}
