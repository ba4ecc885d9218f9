/// A core function on plain values. The arguments are consecutive words, one for each parameter of the
/// signature (`undefined` if left out without a default), then a List for `*rest` if the signature has one.
/// The result carries a reference for the caller; the arguments stay owned by the caller.
package typealias CoreBody = (_ machine: Machine, _ arguments: UnsafeMutablePointer<Word>) throws -> Word
