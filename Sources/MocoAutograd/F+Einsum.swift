import MocoBase
import MocoTensor

extension F {
  /// Sums of products named by letters, as NumPy's einsum: `bd,cd->bc`.
  ///
  /// A letter that is missing on the right is summed; without `->` the result has the letters that occur
  /// once, in alphabetical order. A letter may be repeated within one operand (its diagonal). No ellipsis.
  ///
  /// - Throws: E0205 for an invalid equation or shapes of other ranks, E0204 for a letter with two sizes.
  public static func einsum(_ equation: String, _ operands: [Variable]) throws -> Variable {
    let plan = try EinsumPlan(equation, operands.map(\.shape))
    guard var result = try operands.first.map({ try diagonal($0, plan.inputs[0]) }) else {
      throw Failure("E0205", "einsum needs at least one tensor")
    }
    for i in 1..<Swift.max(operands.count, 1) {
      let next = try diagonal(operands[i], plan.inputs[i])
      // Letters still needed: by later operands, or by the result.
      var wanted = Set(plan.output)
      for later in plan.inputs[(i + 1)...] { wanted.formUnion(later) }
      result = try contract(result, next, wanted)
    }
    let missing = result.letters.indices.filter { !plan.output.contains(result.letters[$0]) }
    if !missing.isEmpty {
      let letters = result.letters.enumerated().filter { !missing.contains($0.offset) }.map(\.element)
      result = (try sum(result.variable, axes: missing), letters)
    }
    let order = plan.output.compactMap { letter in result.letters.firstIndex(of: letter) }
    return try permute(result.variable, order)
  }

  private typealias Named = (variable: Variable, letters: [Character])

  // One dimension for each letter.
  private static func diagonal(_ x: Variable, _ letters: [Character]) throws -> Named {
    var x = x
    var letters = letters
    while let (i, j) = repeated(letters) {
      let n = x.shape[i]
      var order = Array(x.shape.indices)
      order.remove(at: j)
      order.remove(at: i)
      let moved = try permute(x, [i, j] + order)
      let flat = try reshape(moved, [n * n] + moved.shape.dropFirst(2))
      x = try indexSelect(flat, axis: 0, (0..<n).map { $0 * (n + 1) })
      let letter = letters[i]
      letters = [letter] + order.map { letters[$0] }
    }
    return (x, letters)
  }

  private static func repeated(_ letters: [Character]) -> (Int, Int)? {
    for i in letters.indices {
      if let j = letters[(i + 1)...].firstIndex(of: letters[i]) { return (i, j) }
    }
    return nil
  }

  // Two operands become one batched matrix product: [batch, left, shared] @ [batch, shared, right].
  private static func contract(_ a: Named, _ b: Named, _ wanted: Set<Character>) throws -> Named {
    let a = try dropped(a, keeping: wanted.union(b.letters))
    let b = try dropped(b, keeping: wanted.union(a.letters))
    let common = a.letters.filter { b.letters.contains($0) }
    let batch = common.filter { wanted.contains($0) }
    let shared = common.filter { !wanted.contains($0) }
    let left = a.letters.filter { !common.contains($0) }
    let right = b.letters.filter { !common.contains($0) }
    func sizes(_ named: Named, _ letters: [Character]) -> [Int] {
      letters.compactMap { l in named.letters.firstIndex(of: l).map { named.variable.shape[$0] } }
    }
    func arranged(_ named: Named, _ groups: [[Character]]) throws -> Variable {
      let order = groups.joined().compactMap { named.letters.firstIndex(of: $0) }
      return try reshape(permute(named.variable, order), groups.map { sizes(named, $0).reduce(1, *) })
    }
    let product = try matmul(arranged(a, [batch, left, shared]), arranged(b, [batch, shared, right]))
    let shape = sizes(a, batch) + sizes(a, left) + sizes(b, right)
    return (try reshape(product, shape), batch + left + right)
  }

  // Letters that are not needed elsewhere are summed before the product.
  private static func dropped(_ named: Named, keeping: Set<Character>) throws -> Named {
    let drop = named.letters.indices.filter { !keeping.contains(named.letters[$0]) }
    if drop.isEmpty { return named }
    return (try sum(named.variable, axes: drop), named.letters.filter { keeping.contains($0) })
  }
}

/// An equation read and checked against shapes.
struct EinsumPlan {
  let inputs: [[Character]]
  let output: [Character]

  init(_ equation: String, _ shapes: [[Int]]) throws {
    func wrong(_ message: String, _ help: String? = nil) -> Failure {
      Failure("E0205", "einsum \"\(equation)\": \(message)", help: help)
    }
    let text = equation.filter { $0 != " " }
    let arrow = text.range(of: "->")
    let left = arrow.map { text[..<$0.lowerBound] } ?? text[...]
    inputs = left.split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
    for letter in inputs.joined() where !letter.isLetter {
      throw wrong("'\(letter)' is not a letter", "write for example \"bd,cd->bc\"")
    }
    guard inputs.count == shapes.count else {
      throw wrong("\(inputs.count) operands in the equation, \(shapes.count) passed")
    }
    var sizes: [Character: Int] = [:]
    for (i, letters) in inputs.enumerated() {
      guard letters.count == shapes[i].count else {
        throw wrong(
          "\"\(String(letters))\" has \(letters.count) dimensions, but operand \(i) has shape \(Shape.text(shapes[i]))"
        )
      }
      for (letter, size) in zip(letters, shapes[i]) {
        if let known = sizes[letter], known != size {
          throw Failure(
            "E0204", "einsum \"\(equation)\": size mismatch for \(letter): \(known) and \(size)",
            help: "use a letter for one size only",
            operandLabels: shapes.count == 2 ? (Shape.text(shapes[0]), Shape.text(shapes[1])) : nil)
        }
        sizes[letter] = size
      }
    }
    if let arrow {
      output = Array(text[arrow.upperBound...])
    } else {
      let all = inputs.joined()
      output = Set(all).filter { l in all.filter { $0 == l }.count == 1 }.sorted()
    }
    for letter in output where sizes[letter] == nil {
      throw wrong("'\(letter)' on the right does not appear on the left")
    }
    guard Set(output).count == output.count else { throw wrong("duplicate letter on the right") }
  }
}

extension StringProtocol {
  // Avoids Foundation for one search.
  fileprivate func range(of pattern: String) -> Range<Index>? {
    var i = startIndex
    while i < endIndex {
      if self[i...].hasPrefix(pattern) { return i..<index(i, offsetBy: pattern.count) }
      i = index(after: i)
    }
    return nil
  }
}
