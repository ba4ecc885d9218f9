/// A function of the core, on plain values: the arguments stand in a row, one for each parameter of the
/// signature (`undefined` where left out without a default), then a List for `*rest` where there is one.
/// The result carries a reference for the caller; the arguments stay the caller's.
package typealias CoreBody = (_ machine: Machine, _ arguments: UnsafeMutablePointer<Word>) throws -> Word
