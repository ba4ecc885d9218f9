import Foundation
import MocoLang
import MocoRuntime
import MocoTensor
import MocoTestSupport
import Testing

/// Files of PyTorch and ModifiedResNets, as programs meet them.
@Suite struct WeightFileLanguageTests {
  private let model = """
    let clip = clip_model({
      embedding: 16, context: 12, merges: 100
      text: {width: 24, layers: 1, heads: 2}
      vision: {image_size: 8, patch: 4, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)

    """

  @Test func checkpointsOfCoOpAreRestored() throws {
    try Repository.inFolder { folder in
      let ctx = try Tensor((0..<72).map { Float($0) / 8 }, shape: [3, 24])
      try TorchWriter().write(
        .dict([
          ("epoch", .int(50)),
          ("state_dict", TorchWriter.stateDict([("ctx", ctx), ("token_prefix", ctx), ("more", ctx)])),
        ]), to: folder + "/model.pth.tar-50")
      let output = printed(
        model + """
          let single = coop(clip, classes: ["ab", "cd"], tokens: 3)
          let path = "\(folder)/model.pth.tar-50"
          try { restore(single, path) } catch e { print(e.code, "more does not exist" in e.message) }
          let found = restore(single, path, strict: false)
          print(found.loaded, found.unexpected, found.ignored, found.epoch, found.step)
          print(single.context[2][23].item())
          print(keys(load_tensors(path)))
          """)
      #expect(
        output == """
          E0708 true
          \(folder)/model.pth.tar-50 does not contain the CLIP model and options of its training
          ["ctx"] ["more"] ["token_prefix"] 50 nil
          8.875
          ["ctx", "token_prefix", "more"]

          """)
    }
  }

  @Test func aModifiedResNetGivesFeatures() throws {
    try Repository.inFolder { folder in
      let output = printed(
        """
        let clip = clip_model({
          embedding: 16, context: 12, merges: 100
          text: {width: 24, layers: 1, heads: 2}
          vision: {image_size: 64, stages: [1, 2, 1, 1], width: 4}
        }, seed: 1)
        let pixels = randn([2, 3, 64, 64])
        print(clip.encode_image(pixels).shape, clip.name, clip.info.vision)
        clip.save("\(folder)/m.safetensors", type: "f32")
        let back = load_clip("\(folder)/m.safetensors")
        print(equal(back.encode_image(pixels), clip.encode_image(pixels)), back.hash == clip.hash)
        templates ways { group "photo" { "a {}." } }
        try { mixture(clip, ways, classes: ["ab", "cd"], vision_layernorm: true) } catch e { print(e.code) }
        clip.unfreeze("visual.")
        sum(clip.encode_image(pixels)).backward()
        print(clip.parameters["visual.conv1.weight"].grad.shape)
        """)
      #expect(
        output == """
          [2, 16] RN-4×1-2-1-1 {width: 4, stages: [1, 2, 1, 1], heads: 2}
          true true
          E0706
          [2, 3, 3, 3]

          """)
    }
  }
}
