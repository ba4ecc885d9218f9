// Texts.

extension CoreBuiltins {
  static var strings: [NativeFunction] {
    [
      NativeFunction(
        core: "split(s, separator = nil)",
        doc: """
          A List of the parts between separators; without one, of the words between white space.

          ```
          split("a,b,,c", ",")     // ["a", "b", "", "c"]
          split("  two words ")    // ["two", "words"]
          ```
          """
      ) { machine, arguments in
        let text = StringObject.bytes(try machine.stringArgument(arguments[0], "s", "split"))
        return try machine.building { list in
          func add(_ from: Int, _ to: Int) throws {
            try machine.heap.append(
              machine.heap.string(UnsafeBufferPointer(rebasing: text[from..<to])), to: list)
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
              while at < text.count, StringSearch.whiteSpace(text, at) == 0 { at += StringObject.width(text[at]) }
              try add(start, at)
            }
            return
          }
          let separator = StringObject.bytes(try machine.stringArgument(arguments[1], "separator", "split"))
          if separator.isEmpty {
            throw LanguageFailure(
              "E0305", "the separator is empty", help: "[c for c in s] takes a text apart", argument: "separator")
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
          One String of the elements, with the separator between them.

          ```
          join(["a", "b"], ", ")     // a, b
          ```
          """
      ) { machine, arguments in
        // Python writes it the other way round; both are clear.
        let turned = arguments[0].tag == .string && arguments[1].tag == .list
        let source = turned ? arguments[1] : arguments[0]
        let separator = try machine.stringArgument(turned ? arguments[0] : arguments[1], "separator", "join")
        var writer = TextWriter(machine: machine)
        var isFirst = true
        try machine.forEach(source, "join") { word in
          if !isFirst { writer.bytes += StringObject.bytes(separator) }
          isFirst = false
          guard word.tag == .string else {
            throw LanguageFailure(
              "E0303", "join takes Strings, but the list holds \(machine.describe(word))",
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
        let scalars = Array(StringObject.text(object).unicodeScalars)
        var set: Set<Unicode.Scalar>?
        if arguments[1].tag != .null {
          set = Set(StringObject.text(try machine.stringArgument(arguments[1], "characters", "trim")).unicodeScalars)
        }
        func goes(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.properties.isWhitespace }
        var low = 0
        var high = scalars.count
        while low < high, goes(scalars[low]) { low += 1 }
        while high > low, goes(scalars[high - 1]) { high -= 1 }
        return try machine.heap.substring(object, start: low, count: high - low)
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
        if old.isEmpty { throw LanguageFailure("E0305", "the text to replace is empty", argument: "old") }
        // Counted first, so that an absurd result is refused before it is made.
        var places: [Int] = []
        var from = 0
        while let next = StringSearch.first(of: old, in: text, from: from) {
          places.append(next)
          from = next + old.count
        }
        if places.isEmpty { return machine.retained(arguments[0]) }
        let (change, overflow) = places.count.multipliedReportingOverflow(by: new.count - old.count)
        if overflow { throw machine.heap.outOfMemory(Int.max) }
        let (size, tooLarge) = text.count.addingReportingOverflow(change)
        if tooLarge { throw machine.heap.outOfMemory(Int.max) }
        let result = try machine.heap.emptyString(byteCount: size)
        let bytes = UnsafeMutableBufferPointer(start: result.stringBytes, count: size)
        var at = 0
        from = 0
        func copy(_ source: Slice<UnsafeBufferPointer<UInt8>>) {
          for byte in source {
            bytes[at] = byte
            at += 1
          }
        }
        for place in places {
          copy(text[from..<place])
          copy(new[...])
          from = place + old.count
        }
        copy(text[from...])
        result.string.pointee.scalarCount = StringObject.countScalars(UnsafeBufferPointer(bytes))
        return .object(.string, result)
      },
      NativeFunction(
        core: "contains(xs, value)",
        doc: """
          Whether a String holds a text, a List an element, a Record a key; the same as `value in xs`.

          ```
          contains("photo", "hot")     // true
          ```
          """
      ) { machine, arguments in .bool(try machine.contains(arguments[0], arguments[1])) },
      NativeFunction(
        core: "starts_with(s, prefix)",
        doc: """
          Whether a String begins with a text.

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
          Whether a String ends with a text.

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
          A String in capital letters.

          ```
          upper("abc")     // ABC
          ```
          """
      ) { machine, arguments in
        try machine.heap.string(StringObject.text(machine.stringArgument(arguments[0], "s", "upper")).uppercased())
      },
      NativeFunction(
        core: "lower(s)",
        doc: """
          A String in small letters.

          ```
          lower("ABC")     // abc
          ```
          """
      ) { machine, arguments in
        try machine.heap.string(StringObject.text(machine.stringArgument(arguments[0], "s", "lower")).lowercased())
      },
      NativeFunction(
        core: "format(x, spec = \"\")",
        doc: """
          A value as text by Python's format mini-language, as in `\\(x:.3f)`.

          ```
          format(3.14159, ".2f")     // 3.14
          format(42, ">6")           //     42
          ```
          """
      ) { machine, arguments in
        let spec = try machine.stringArgument(arguments[1], "spec", "format")
        let parsed: FormatSpecification
        do { parsed = try FormatSpecification(StringObject.text(spec)) } catch var failure as LanguageFailure {
          failure.argument = "spec"
          throw failure
        }
        return try machine.heap.string(parsed.format(arguments[0], machine))
      },
      NativeFunction(
        core: "ord(s)",
        doc: """
          The number of the one Unicode scalar in a String.

          ```
          ord("A")     // 65
          ```
          """
      ) { machine, arguments in
        let object = try machine.stringArgument(arguments[0], "s", "ord")
        let scalars = StringObject.text(object).unicodeScalars
        guard let first = scalars.first, scalars.count == 1 else {
          throw LanguageFailure("E0305", "ord takes a String of one scalar, not of \(scalars.count)", argument: "s")
        }
        return .int(Int(first.value))
      },
      NativeFunction(
        core: "chr(number)",
        doc: """
          The String of one Unicode scalar.

          ```
          chr(65)     // A
          ```
          """
      ) { machine, arguments in
        let number = try machine.intArgument(arguments[0], "number", "chr")
        guard let code = UInt32(exactly: number), let scalar = Unicode.Scalar(code) else {
          throw LanguageFailure("E0305", "\(number) is no Unicode scalar", argument: "number")
        }
        return try machine.heap.string(String(Character(scalar)))
      },
    ]
  }
}

/// Searching in UTF-8: a match of whole scalars is a match of bytes.
enum StringSearch {
  static func first(
    of part: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int? {
    guard let first = part.first else { return start <= text.count ? start : nil }
    guard part.count <= text.count else { return nil }
    var at = start
    let last = text.count - part.count
    while at <= last {
      if text[at] == first {
        var matched = 1
        while matched < part.count, text[at + matched] == part[matched] { matched += 1 }
        if matched == part.count { return at }
      }
      at += 1
    }
    return nil
  }

  /// The bytes of the white space scalar at a place; 0 where there is another one.
  static func whiteSpace(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
    let byte = text[at]
    if byte < 0x80 { return byte == 32 || (9...13).contains(byte) || (28...31).contains(byte) ? 1 : 0 }
    let width = StringObject.width(byte)
    guard at + width <= text.count else { return 0 }
    let scalar = String(decoding: text[at..<(at + width)], as: UTF8.self).unicodeScalars.first
    return scalar?.properties.isWhitespace ?? false ? width : 0
  }
}
