import MocoBase
import MocoFormats
import MocoTensor
import MocoTestSupport
import Testing

/// Arrays as NumPy writes them: the files of Tests/Fixtures/numpy were made by its own functions.
@Suite struct NumPyFileTests {
  private let folder = Repository.root + "/Tests/Fixtures/numpy"
  private let numbers: [Float] = [0, 1.5, -2, 0.25, 3, -0.5]

  @Test(arguments: ["stored", "packed"])
  func everyTypeIsRead(_ name: String) throws {
    let file = try TensorFiles.open("\(folder)/\(name).npz")
    let whole = ["i8", "i4", "i2", "i1", "u4", "u2", "u1"]
    #expect(file.tensors.map(\.name) == ["f8", "f4", "f2"] + whole + ["b1"])
    #expect(file.others.isEmpty)
    for name in ["f8", "f4", "f2"] {
      let tensor = try file.tensor(name)
      #expect(try tensor.shape == [2, 3] && tensor.toFloats() == numbers)
    }
    for name in whole { #expect(try file.tensor(name).toInts() == [0, 1, 2, 3, 4, 100], "\(name)") }
    #expect(try file.tensor("b1").toInts() == [0, 0, 1, 1, 1, 1])
    #expect(errorCode { _ = try file.tensor("none") } == "E0502")
  }

  @Test func ordersAndSizesAreHonoured() throws {
    let file = try TensorFiles.open(folder + "/orders.npz")
    for name in ["fortran", "big"] { #expect(try file.tensor(name).toFloats() == numbers, "\(name)") }
    for name in ["big_int", "big_fortran"] {
      #expect(try file.tensor(name).toInts() == [0, 1, 2, 3, 4, 100], "\(name)")
    }
    let cube = try file.tensor("cube")
    #expect(try cube.shape == [2, 3, 4] && cube.toInts() == Array(0..<24))
    let single = try file.tensor("single")
    #expect(try single.shape == [] && single.toFloats() == [2.5])
    #expect(try file.tensor("single_int").toInts() == [7])
    #expect(try file.tensor("none").shape == [0])
    #expect(try file.tensor("no_rows").shape == [0, 3])
    #expect(try file.tensor("line").toFloats() == [0, 1, 2, 3, 4])
  }

  /// A list of texts is metadata, as the names of classes are.
  @Test func textsAreMetadata() throws {
    let file = try TensorFiles.open(folder + "/texts.npz")
    #expect(file.tensors.map(\.name) == ["fine"])
    #expect(file.metadata("names") == #"["cat", "röd räv", "🦊", ""]"#)
    #expect(file.metadata("big") == #"["cat", "dog"]"#)
    #expect(file.metadata("bytes") == #"["cat", "red fox"]"#)
    #expect(file.metadata("none") == "[]")
    for name in ["latin", "table", "one", "fine", "nothing"] {
      #expect(file.metadata(name) == nil, "\(name)")
    }
    #expect(file.unread.map(\.name) == ["names", "big", "bytes", "latin", "table", "one", "none"])
    try Fixtures.inFolder { place in
      let path = place + "/written.npz"
      let numbers = try Tensor([1, 2] as [Float], shape: [2])
      let texts = [("classes", ["cat", "röd räv", "🦊", ""]), ("none", [])]
      try NumPyWriter.write(arrays: [("fine", numbers, .f32)], texts: texts, to: path)
      let written = try TensorFiles.open(path)
      #expect(written.metadata("classes") == file.metadata("names") && written.metadata("none") == "[]")
      #expect(try written.tensor("fine").toFloats() == [1, 2])
    }
  }

  @Test func otherKindsAreNamed() throws {
    let file = try TensorFiles.open(folder + "/odd.npz")
    #expect(file.tensors.map(\.name) == ["fine"])
    #expect(
      file.unread.map { "\($0.name): \($0.kind)" } == [
        "names: an array of strings (<U3)", "bytes: an array of strings (|S3)",
        "objects: an array of Python objects (|O)", "complex: an array of complex numbers (<c8)",
        "days: an array of times (<M8[D])", "records: an array of records of several fields",
        "long: an array of unsigned 64-bit integers (<u8)",
        "raw: an array of raw bytes (|V2), as NumPy stores bfloat16",
      ])
    #expect(errorCode { _ = try file.tensor("names") } == "E0605")
    #expect(try TensorFiles.open(folder + "/empty.npz").tensors.isEmpty)
    for name in ["names.npy", "two.npy"] {
      #expect(errorCode { _ = try TensorFiles.open("\(folder)/\(name)") } == "E0605", "\(name)")
    }
    #expect(errorCode { _ = try TensorFiles.open(folder + "/plain.npy", arrays: false) } == "E0502")
  }

  @Test func singleArraysAreRead() throws {
    for name in ["plain", "half", "version2", "version3"] {
      let file = try TensorFiles.open("\(folder)/\(name).npy")
      #expect(try file.tensor("array").toFloats() == numbers, "\(name)")
    }
    #expect(try TensorFiles.open(folder + "/point.npy").tensor("array").shape == [])
    #expect(try TensorFiles.open(folder + "/whole.npy").tensor("array").toInts() == [0, 1, 2, 3, 4, 100])
  }

  /// What is written has NumPy's bytes.
  @Test func arraysAreWrittenAsNumPyDoes() throws {
    let floats = try Tensor(numbers, shape: [2, 3])
    let items: [(String, Tensor, StorageType)] = [
      ("plain", floats, .f32), ("half", floats, .f16),
      ("whole", try Tensor([0, 1, 2, 3, 4, 100] as [Int], shape: [2, 3]), .i64),
      ("flags", try Tensor([false, false, true, true, true, true], shape: [2, 3]), .bool),
      ("point", try Tensor(2.5 as Float), .f32),
    ]
    try Fixtures.inFolder { place in
      for (name, tensor, type) in items {
        try NumPyWriter.write(array: (name, tensor, type), to: "\(place)/\(name).npy")
        let written = try OpenedFile(path: "\(place)/\(name).npy").beginning(1 << 16)
        #expect(try written == OpenedFile(path: "\(folder)/\(name).npy").beginning(1 << 16), "\(name)")
      }
      for isCompressed in [false, true] {
        let path = "\(place)/all\(isCompressed).npz"
        try NumPyWriter.write(arrays: items.map { ($0.0, $0.1, $0.2) }, to: path, isCompressed: isCompressed)
        let file = try TensorFiles.open(path)
        #expect(file.tensors.map(\.name) == items.map(\.0))
        #expect(try file.tensor("half").toFloats() == numbers)
        #expect(try file.tensor("flags").toInts() == [0, 0, 1, 1, 1, 1])
        #expect(try file.tensor("point").shape == [])
      }
      #expect(
        errorCode { try NumPyWriter.write(array: ("a", floats, .bf16), to: place + "/a.npy") } == "E0505")
      let twice = [("a", floats, StorageType.f32), ("a", floats, .f32)]
      #expect(errorCode { try NumPyWriter.write(arrays: twice, to: place + "/a.npz") } == "E0505")
    }
  }

  /// A file that is cut off or damaged anywhere is refused or read whole, and never ends the process.
  @Test(arguments: ["stored.npz", "packed.npz", "orders.npz", "texts.npz", "whole.npy", "version2.npy"])
  func damageIsFound(_ name: String) throws {
    let bytes = try OpenedFile(path: "\(folder)/\(name)").beginning(1 << 20)
    try Fixtures.inFolder { place in
      let path = "\(place)/\(name)"
      for count in stride(from: 0, to: bytes.count, by: 7) {
        try Fixtures.write(Array(bytes[..<count]), to: path)
        #expect(errorCode { _ = try TensorFiles.open(path) } != nil, "\(count)")
      }
      for at in stride(from: 0, to: bytes.count, by: 5) {
        var changed = bytes
        changed[at] ^= 0x15
        try Fixtures.write(changed, to: path)
        _ = errorCode {
          let file = try TensorFiles.open(path)
          for tensor in file.tensors { _ = try file.tensor(tensor.name) }
          _ = file.metadata("names")
        }
      }
    }
  }

  /// Headers that NumPy would refuse, or that ask for more than there is.
  @Test(arguments: [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,), }",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }", "{'descr': '<f4', 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", "((((((((((((((((((((", "",
    "{'descr': '<f4\\'', }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } more",
  ])
  func hostileHeadersAreRefused(_ header: String) throws {
    try Fixtures.inFolder { place in
      let text = Array(header.utf8)
      let bytes = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(text.count), 0] + text + [0, 0, 0, 0]
      try Fixtures.write(bytes, to: place + "/a.npy")
      #expect(errorCode { _ = try TensorFiles.open(place + "/a.npy") } == "E0502")
    }
  }

  @Test func headersOfPython2AreRead() throws {
    try Fixtures.inFolder { place in
      let text = Array("{'shape': (2L,), 'descr': \"<f4\", 'fortran_order': False}".utf8)
      let bytes =
        [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(text.count), 0] + text + [0, 0, 0, 0, 0, 0, 128, 63]
      try Fixtures.write(bytes, to: place + "/a.npy")
      #expect(try TensorFiles.open(place + "/a.npy").tensor("array").toFloats() == [0, 1])
    }
  }
}
