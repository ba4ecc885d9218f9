/// Functions that use only exactly rounded operations, so that their bits depend neither on the C library nor on the
/// processor. Accurate to about 1e-15.
@usableFromInline package enum ExactMath {
  @inlinable package static func log(_ x: Double) -> Double {
    guard x > 0, x.isFinite else { return x == 0 ? -.infinity : x > 0 ? x : .nan }
    var m = x.significand
    var e = Double(x.exponent)
    if m > 1.4142135623730951 {
      m *= 0.5
      e += 1
    }
    // ln m = 2 artanh z
    let z = (m - 1) / (m + 1)
    let s = z * z
    var sum = 0.0
    var k = 21
    while k >= 1 {
      sum = sum * s + 1 / Double(k)
      k -= 2
    }
    return e * 0.6931471805599453 + 2 * z * sum
  }

  /// eˣ: infinity from 709.8 on, 0 below −745.2.
  package static func exp(_ x: Double) -> Double {
    guard x < 710 else { return x.isNaN ? x : .infinity }
    guard x > -746 else { return x.isNaN ? x : 0 }
    // x = n ln 2 + r, with the logarithm in two parts; the first has trailing zeros.
    let n = (x * 1.4426950408889634).rounded()
    let r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33
    var sum = 1.0
    var k = 14.0
    while k >= 1 {
      sum = 1 + sum * r / k
      k -= 1
    }
    // In two steps: 2 to the power of n may be smaller than the smallest number or larger than the largest.
    let half = (n / 2).rounded(.down)
    return sum * power(half) * power(n - half)
  }

  /// 2 to the power of a whole number between −1022 and 1023.
  private static func power(_ n: Double) -> Double {
    Double(sign: .plus, exponent: Int(n), significand: 1)
  }

  /// xⁿ for n ≥ 0, by squaring; the relative error is about n · 1e-16.
  package static func power(_ x: Double, _ n: Int) -> Double {
    var (result, square, rest) = (1.0, x, max(n, 0))
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }

  /// cos(π · share).
  package static func cosine(halfTurns share: Double) -> Double { sineCosine(turns: share / 2).1 }

  /// sin and cos of 2π · turns, for turns in [−2, 2].
  @inlinable package static func sineCosine(turns: Double) -> (Double, Double) {
    let quarter = (turns * 4).rounded()
    let x = (turns * 4 - quarter) * 1.5707963267948966
    let s = x * x
    var sine = 0.0
    var cosine = 0.0
    var k = 9.0
    while k >= 1 {
      sine = (1 - sine) * s / ((2 * k) * (2 * k + 1))
      cosine = (1 - cosine) * s / ((2 * k - 1) * (2 * k))
      k -= 1
    }
    let (si, co) = (x * (1 - sine), 1 - cosine)
    switch Int(quarter) & 3 {
    case 0: return (si, co)
    case 1: return (co, -si)
    case 2: return (-si, -co)
    default: return (-co, si)
    }
  }
}
