import MocoLang

extension Runtime {
  /// Where the random numbers of a program stand, so that it can go on from there once more.
  package struct Chance {
    var random: RandomState
    var seed: UInt64
    var draws: Int
  }

  /// Where the random numbers stand: those of the language, and those of tensors, trainings and data.
  package var chance: Chance {
    get { Chance(random: interpreter.chance, seed: context.seed, draws: context.draws) }
    set {
      interpreter.chance = newValue.random
      (context.seed, context.draws) = (newValue.seed, newValue.draws)
    }
  }
}
