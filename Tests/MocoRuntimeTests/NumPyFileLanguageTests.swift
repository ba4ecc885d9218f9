import MocoTestSupport
import Testing

/// `.npz` and `.npy` as programs write and read them.
@Suite struct NumPyFileLanguageTests {
  @Test func arraysComeBack() throws {
    try Repository.inFolder { folder in
      let output = printed(
        """
        let t = {x: tensor([[0.5, 1.5]]), n: tensor([1, 2]), f: tensor([true, false]), one: 2.5, none: zeros([0, 3])}
        save_tensors("\(folder)/a.npz", t)
        save_tensors("\(folder)/b.npz", t, compress: true, type: "f16")
        for name in ["a", "b"] {
          let back = load_tensors("\(folder)/" + name + ".npz")
          print(keys(back), back.x, back.n, back.f, back.one, back.none.shape)
        }
        print([[a.name, a.type, a.shape] for a in list_tensors("\(folder)/b.npz")])
        save_tensors("\(folder)/c.npy", t.x)
        save_tensors("\(folder)/d.npy", {x: t.x})
        print(load_tensors("\(folder)/c.npy").array, load_tensors("\(folder)/d.npy").array == t.x)
        """)
      #expect(
        output == """
          ["x", "n", "f", "one", "none"] tensor([[0.5, 1.5]]) tensor([1, 2]) tensor([1, 0]) tensor(2.5) [0, 3]
          ["x", "n", "f", "one", "none"] tensor([[0.5, 1.5]]) tensor([1, 2]) tensor([1, 0]) tensor(2.5) [0, 3]
          [["x", "F16", [1, 2]], ["n", "I64", [2]], ["f", "BOOL", [2]], ["one", "F16", []], ["none", "F16", [0, 3]]]
          tensor([[0.5, 1.5]]) tensor([[true, true]])

          """)
    }
  }

  @Test func whatDoesNotFitIsRefusedByName() throws {
    try Repository.inFolder { folder in
      func code(_ call: String) -> String { printed(call).split(separator: "\n").last.map(String.init) ?? "" }
      #expect(
        code("save_tensors(\"\(folder)/a.npz\", {a: [1.0]}, type: \"bf16\")")
          == "E0505 NumPy files do not support bf16"
      )
      #expect(
        code("save_tensors(\"\(folder)/a.npy\", {a: [1.0], b: [2.0]})")
          == "E0505 a .npy file holds one array, found 2")
      #expect(
        code("save_tensors(\"\(folder)/a.safetensors\", {a: [1.0]}, compress: true)")
          == "E0305 only an .npz file can be compressed")
      #expect(code("save_tensors(\"\(folder)/a.npz\", {a: \"x\"})").hasPrefix("E0303 'a' must be a tensor"))
      #expect(
        code("save_tensors(\"\(folder)/a.npz\", {a: [100000.0]}, type: \"f16\")").contains("too large for"))
      let odd = Repository.root + "/Tests/Fixtures/numpy/odd.npz"
      #expect(
        code("print([a.left_out for a in list_tensors(\"\(odd)\")][1])")
          == "an array of strings (<U3), which is not supported")
    }
  }
}
