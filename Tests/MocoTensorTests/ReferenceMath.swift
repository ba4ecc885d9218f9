import Glibc

func referenceLog(_ x: Double) -> Double { log(x) }
