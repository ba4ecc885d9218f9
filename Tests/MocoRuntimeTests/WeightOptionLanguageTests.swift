import MocoBase
import MocoCLIP
import MocoFormats
import MocoTestSupport
import Testing

/// Options beside the weights, as programs meet them.
@Suite struct WeightOptionLanguageTests {
  /// Loads the small model of the fixtures with this configuration and runs `program`.
  private func run(_ model: String, preprocess: String = "{}", _ program: String) throws -> String {
    try Repository.inFolder { folder in
      let weights = try CLIPModel.load(
        path: Repository.fixture("options/weights.safetensors"), options: .init(visionHeads: 2, textHeads: 2))
      try SafetensorsWriter.write(
        path: folder + "/open_clip_model.safetensors",
        tensors: weights.parameters.map { ($0.name, $0.variable.value, .f32) })
      try AtomicFile.write(
        #"{"model_cfg": {"embed_dim": 8, "vision_cfg": {"layers": 2, "head_width": 4}, "text_cfg": \#(model)},"#
          + #" "preprocess_cfg": \#(preprocess)}"#, to: folder + "/open_clip_config.json")
      return printed("let clip = load_clip(\"\(folder)\")\n" + program)
    }
  }

  @Test func infoShowsWhatWasTaken() throws {
    let output = try run(
      #"{"heads": 2, "no_causal_mask": true, "act_kwargs": {"approximate": "tanh"}, "more": 1}"#,
      preprocess: #"{"resize_mode": "longest", "fill_color": [1, 2, 3], "gamma": 2}"#,
      """
      print(clip.info.images)
      for note in clip.info.notes { print(note) }
      print(clip.info.unknown_options)
      """)
    #expect(
      output == """
        longer side resized to 16 (bicubic), padded with 1, 2, 3 to 16×16
        activation GELU for images, GELU (tanh) for texts, and heads from open_clip_config.json
        every token attends to the entire text, including padding (no_causal_mask)
        images: longer side resized to 16 (bicubic), padded with 1, 2, 3 to 16×16
        unknown options, ignored: open_clip_config.json: model_cfg.text_cfg.more, open_clip_config.json: preprocess_cfg.gamma
        ["open_clip_config.json: model_cfg.text_cfg.more", "open_clip_config.json: preprocess_cfg.gamma"]

        """)
  }

  /// Ids that such a tower reads behind [end] are not cut off without a word.
  @Test func paddingIsChecked() throws {
    let program = """
      let a = clip.encode_text([[558, 5, 77, 559], [558, 5, 559, 0]])
      let b = clip.encode_text([[558, 5, 77, 559, 0, 0]])
      print(max(abs(a[0] - b[0])).item() < 1e-6)
      try { clip.encode_text([558, 5, 559, 7]) } catch e { print(e.code, e.help) }

      """
    #expect(
      try run(#"{"heads": 2, "no_causal_mask": true}"#, program) == """
        true
        E0305 pad rows with 0 after [end]; this model's text tower reads all positions

        """)
    #expect(try run(#"{"heads": 2}"#, program) == "true\n")
  }

  @Test func imageTowersAreUsed() throws {
    let output = try run(
      #"{"hf_tokenizer_name": "xlm-roberta-base"}"#,
      """
      let reason = "its tokenizer is xlm-roberta-base, not CLIP's"
      print(clip.info.text == "none: " + reason, clip.context, clip.vocabulary)
      print(clip.encode_image(zeros([2, 3, 16, 16])).shape)
      for call in [
        () => clip.tokenize("a"), () => clip.encode_text("a"), () => clip.encode_text([[1, 2]]),
        () => zero_shot(clip, classes: ["a", "b"]), () => coop(clip, classes: ["a", "b"]),
        () => clip.contrastive_loss(zeros([1, 3, 16, 16]), ["a"])
      ] {
        try { call() } catch e { print(e.code, reason in e.message) }
      }
      """)
    #expect(
      output == """
        true nil nil
        [2, 8]
        E0607 true
        E0607 true
        E0607 true
        E0607 true
        E0607 true
        E0607 true

        """)
  }
}
