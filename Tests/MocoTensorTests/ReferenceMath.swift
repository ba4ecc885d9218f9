import Glibc

func referenceLog(_ x: Double) -> Double { log(x) }
func referenceExp(_ x: Double) -> Double { exp(x) }
func referenceCos(_ x: Double) -> Double { cos(x) }
func referencePow(_ x: Double, _ y: Double) -> Double { pow(x, y) }
func referenceFused(_ a: Float, _ b: Float, _ c: Float) -> Float { fmaf(a, b, c) }
