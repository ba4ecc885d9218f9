// Texts.

import Glibc
import MocoBase

extension CoreBuiltins {
  static var strings: [NativeFunction] {
    [
      NativeFunction(
        core: "split(s, separator = nil)",
        doc: """
          Splits a String at a separator into a List; without a separator, at white space.

          ```
          split("a,b,,c", ",")     // ["a", "b", "", "c"]
          split("  two words ")    // ["two", "words"]
          ```
          """
      ) { machine, arguments in
        let object = try machine.stringArgument(arguments[0], "s", "split")
        let text = StringObject.bytes(object)
        let isASCII = StringObject.isASCII(object)
        return try machine.building { list in
          func add(_ from: Int, _ to: Int) throws {
            let part = UnsafeBufferPointer(rebasing: text[from..<to])
            try machine.heap.append(
              machine.heap.string(part, scalarCount: isASCII ? to - from : nil), to: list)
            if list.list.pointee.count & 0xFFFF == 0 { try machine.pollIfNeeded() }
          }
          if arguments[1].tag == .null {
            var at = 0
            while at < text.count {
              let space = StringSearch.whiteSpace(text, at)
              if space > 0 {
                at += space
                continue
              }
              let start = at
              while at < text.count, StringSearch.whiteSpace(text, at) == 0 {
                at += StringObject.width(text[at])
              }
              try add(start, at)
            }
            return
          }
          let separator = StringObject.bytes(try machine.stringArgument(arguments[1], "separator", "split"))
          if separator.isEmpty {
            throw Failure(
              "E0305", "the separator is empty",
              help: "write [c for c in s] to split a String into characters",
              argument: "separator")
          }
          var start = 0
          while let next = StringSearch.first(of: separator, in: text, from: start) {
            try add(start, next)
            start = next + separator.count
          }
          try add(start, text.count)
        }
      },
      NativeFunction(
        core: "join(xs, separator = \"\")",
        doc: """
          Joins Strings into one, with the separator between them.

          ```
          join(["a", "b"], ", ")     // a, b
          ```
          """
      ) { machine, arguments in
        // Python has the arguments in the opposite order. Both orders are unambiguous.
        let turned = arguments[0].tag == .string && arguments[1].tag == .list
        let source = turned ? arguments[1] : arguments[0]
        let separator = try machine.stringArgument(turned ? arguments[0] : arguments[1], "separator", "join")
        if source.tag == .list, let joined = try machine.joined(source.pointer, separator) { return joined }
        var writer = TextWriter(machine: machine)
        var isFirst = true
        try machine.forEach(source, "join") { word in
          if !isFirst { writer.bytes += StringObject.bytes(separator) }
          isFirst = false
          guard word.tag == .string else {
            throw Failure(
              "E0303", "join expects Strings, but the List contains \(machine.describe(word))",
              help: "convert them: [str(x) for x in xs]", argument: "xs")
          }
          try writer.write(word)
          return true
        }
        return try writer.word()
      },
      NativeFunction(
        core: "trim(s, characters = nil)",
        doc: """
          A String without white space (or the given characters) at its ends.

          ```
          trim("  a b ")          // a b
          trim("--a--", "-")      // a
          ```
          """
      ) { machine, arguments in
        let object = try machine.stringArgument(arguments[0], "s", "trim")
        let scalars = StringObject.text(object).unicodeScalars
        var set: Set<Unicode.Scalar>?
        if arguments[1].tag != .null {
          set = Set(
            StringObject.text(try machine.stringArgument(arguments[1], "characters", "trim")).unicodeScalars)
        }
        func goes(_ scalar: Unicode.Scalar) -> Bool {
          set?.contains(scalar) ?? scalar.properties.isWhitespace
        }
        let total = object.string.pointee.scalarCount
        let low = scalars.prefix(while: goes).count
        let high = low == total ? 0 : scalars.reversed().prefix(while: goes).count
        return try machine.heap.substring(object, start: low, count: total - low - high)
      },
      NativeFunction(
        core: "replace(s, old, new)",
        doc: """
          A String with every `old` replaced by `new`.

          ```
          replace("a-b-c", "-", "+")     // a+b+c
          ```
          """
      ) { machine, arguments in
        let text = StringObject.bytes(try machine.stringArgument(arguments[0], "s", "replace"))
        let old = StringObject.bytes(try machine.stringArgument(arguments[1], "old", "replace"))
        let new = StringObject.bytes(try machine.stringArgument(arguments[2], "new", "replace"))
        if old.isEmpty { throw Failure("E0305", "the text to replace is empty", argument: "old") }
        // Counted first, so that a result that is too large is rejected before it is created.
        var count = 0
        var from = 0
        while let next = StringSearch.first(of: old, in: text, from: from) {
          count += 1
          if count & 0xFFFF == 0 { try machine.pollIfNeeded() }
          from = next + old.count
        }
        if count == 0 { return machine.retained(arguments[0]) }
        let (change, overflow) = count.multipliedReportingOverflow(by: new.count - old.count)
        if overflow { throw machine.heap.outOfMemory(Int.max) }
        let (size, tooLarge) = text.count.addingReportingOverflow(change)
        if tooLarge { throw machine.heap.outOfMemory(Int.max) }
        let result = try machine.heap.emptyString(byteCount: size)
        var target = UnsafeMutableRawPointer(result.stringBytes)
        func copy(_ source: UnsafeBufferPointer<UInt8>, _ from: Int, _ to: Int) {
          guard let start = source.baseAddress, to > from else { return }
          memcpy(target, start + from, to - from)
          target += to - from
        }
        from = 0
        count = 0
        while let next = StringSearch.first(of: old, in: text, from: from) {
          copy(text, from, next)
          copy(new, 0, new.count)
          from = next + old.count
          count += 1
          if count & 0xFFFF == 0 {
            do { try machine.pollIfNeeded() } catch {
              machine.heap.release(object: result)
              throw error
            }
          }
        }
        copy(text, from, text.count)
        result.string.pointee.scalarCount = StringObject.countScalars(
          UnsafeBufferPointer(start: result.stringBytes, count: size))
        return .object(.string, result)
      },
      NativeFunction(
        core: "contains(xs, value)",
        doc: """
          Whether a String contains a substring, a List an element, or a Record a key; the same as `value in
          xs`.

          ```
          contains("photo", "hot")     // true
          ```
          """
      ) { machine, arguments in .bool(try machine.contains(arguments[0], arguments[1])) },
      NativeFunction(
        core: "starts_with(s, prefix)",
        doc: """
          Whether a String begins with `prefix`.

          ```
          starts_with("photo", "ph")     // true
          ```
          """
      ) { machine, arguments in
        let text = StringObject.bytes(try machine.stringArgument(arguments[0], "s", "starts_with"))
        let part = StringObject.bytes(try machine.stringArgument(arguments[1], "prefix", "starts_with"))
        return .bool(text.starts(with: part))
      },
      NativeFunction(
        core: "ends_with(s, suffix)",
        doc: """
          Whether a String ends with `suffix`.

          ```
          ends_with("a.png", ".png")     // true
          ```
          """
      ) { machine, arguments in
        let text = StringObject.bytes(try machine.stringArgument(arguments[0], "s", "ends_with"))
        let part = StringObject.bytes(try machine.stringArgument(arguments[1], "suffix", "ends_with"))
        return .bool(part.count <= text.count && text[(text.count - part.count)...].elementsEqual(part))
      },
      NativeFunction(
        core: "upper(s)",
        doc: """
          A String in upper case.

          ```
          upper("abc")     // ABC
          ```
          """
      ) { machine, arguments in
        try machine.heap.string(
          StringObject.text(machine.stringArgument(arguments[0], "s", "upper")).uppercased())
      },
      NativeFunction(
        core: "lower(s)",
        doc: """
          A String in lower case.

          ```
          lower("ABC")     // abc
          ```
          """
      ) { machine, arguments in
        try machine.heap.string(
          StringObject.text(machine.stringArgument(arguments[0], "s", "lower")).lowercased())
      },
      NativeFunction(
        core: "format(x, spec = \"\")",
        doc: """
          A value formatted with Python's format mini-language, as in `\\(x:.3f)`.

          ```
          format(3.14159, ".2f")     // "3.14"
          format(42, ">6")           // "    42"
          ```
          """
      ) { machine, arguments in
        let text = arguments[0].tag == .string ? StringObject.text(arguments[0].pointer) : ""
        let isTemplate = text.contains("{") && text.contains("}")
        if isTemplate, arguments[1].tag != .string || !StringObject.text(arguments[1].pointer).isEmpty {
          throw Failure(
            "E0303", "format expects the value first, format(x, \".2f\"), not a template",
            help: Habits.help(forTemplate: text), argument: "x")
        }
        let spec = try machine.stringArgument(arguments[1], "spec", "format")
        let parsed: FormatSpecification
        do { parsed = try FormatSpecification(StringObject.text(spec)) } catch var failure as Failure {
          failure.argument = "spec"
          throw failure
        }
        return try machine.heap.string(parsed.format(arguments[0], machine))
      },
      NativeFunction(
        core: "ord(s)",
        doc: """
          The code point of the single Unicode scalar in a String.

          ```
          ord("A")     // 65
          ```
          """
      ) { machine, arguments in
        let object = try machine.stringArgument(arguments[0], "s", "ord")
        let scalars = StringObject.text(object).unicodeScalars
        guard let first = scalars.first, scalars.count == 1 else {
          throw Failure(
            "E0305", "ord expects a String of 1 Unicode scalar, not of \(scalars.count)", argument: "s")
        }
        return .int(Int(first.value))
      },
      NativeFunction(
        core: "chr(number)",
        doc: """
          The String with the Unicode scalar of a code point.

          ```
          chr(65)     // A
          ```
          """
      ) { machine, arguments in
        let number = try machine.intArgument(arguments[0], "number", "chr")
        guard let code = UInt32(exactly: number), let scalar = Unicode.Scalar(code) else {
          throw Failure("E0305", "\(number) is not a Unicode scalar", argument: "number")
        }
        return try machine.heap.string(String(Character(scalar)))
      },
    ]
  }
}

extension Machine {
  /// The Strings of a list with a separator between them. The length is computed first. nil if the list
  /// contains another type.
  fileprivate func joined(_ list: ObjectPointer, _ separator: ObjectPointer) throws -> Word? {
    let count = list.list.pointee.count
    let items = list.list.pointee.items
    var bytes = 0
    var scalars = 0
    for index in 0..<count {
      guard items[index].tag == .string else { return nil }
      bytes &+= items[index].pointer.string.pointee.byteCount
      scalars &+= items[index].pointer.string.pointee.scalarCount
    }
    // Each String fits in memory, but one String may occur in a list very often.
    let (gaps, overflow) = separator.string.pointee.byteCount.multipliedReportingOverflow(
      by: max(0, count - 1))
    if overflow || bytes < 0 || gaps > Int.max - bytes { throw heap.outOfMemory(Int.max) }
    let result = try heap.emptyString(byteCount: bytes + gaps)
    result.string.pointee.scalarCount = scalars + separator.string.pointee.scalarCount * max(0, count - 1)
    var target = result.stringBytes
    for index in 0..<count {
      if index & 0xFFFF == 0xFFFF {
        do { try pollIfNeeded() } catch {
          heap.release(object: result)
          throw error
        }
      }
      if index > 0 {
        target.update(from: separator.stringBytes, count: separator.string.pointee.byteCount)
        target += separator.string.pointee.byteCount
      }
      let size = items[index].pointer.string.pointee.byteCount
      target.update(from: items[index].pointer.stringBytes, count: size)
      target += size
    }
    return .object(.string, result)
  }
}

/// Search in UTF-8: a match of bytes is a match of scalars.
enum StringSearch {
  static func first(
    of part: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int? {
    guard let needle = part.baseAddress, let lead = part.first else {
      return start <= text.count ? start : nil
    }
    guard let base = text.baseAddress else { return nil }
    let last = text.count - part.count
    var at = start
    // The number of bytes compared without a match: repetitive texts would otherwise take the product of both
    // lengths.
    var wasted = 0
    while at <= last {
      guard let found = memchr(base + at, Int32(lead), last - at + 1) else { return nil }
      at = UnsafeRawPointer(found) - UnsafeRawPointer(base)
      var matched = 1
      while matched < part.count, base[at + matched] == needle[matched] { matched += 1 }
      if matched == part.count { return at }
      at += 1
      wasted += matched
      if wasted > 1 << 12, wasted > 4 * (at - start) { return firstByTable(of: part, in: text, from: at) }
    }
    return nil
  }

  /// Knuth, Morris and Pratt: linear time for any text, with a table of the repetitions inside the substring.
  private static func firstByTable(
    of part: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int? {
    var fallback = [Int](repeating: 0, count: part.count)
    var length = 0
    for place in 1..<max(1, part.count) {
      while length > 0, part[place] != part[length] { length = fallback[length - 1] }
      if part[place] == part[length] { length += 1 }
      fallback[place] = length
    }
    var matched = 0
    for at in start..<max(start, text.count) {
      while matched > 0, text[at] != part[matched] { matched = fallback[matched - 1] }
      if text[at] == part[matched] { matched += 1 }
      if matched == part.count { return at - part.count + 1 }
    }
    return nil
  }

  /// The number of bytes of the white space scalar at an offset; 0 for any other scalar.
  static func whiteSpace(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
    let byte = text[at]
    if byte < 0x80 { return byte == 32 || (9...13).contains(byte) || (28...31).contains(byte) ? 1 : 0 }
    let width = StringObject.width(byte)
    guard at + width <= text.count else { return 0 }
    let scalar = String(decoding: text[at..<(at + width)], as: UTF8.self).unicodeScalars.first
    return scalar?.properties.isWhitespace ?? false ? width : 0
  }
}
