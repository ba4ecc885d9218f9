// The options of open_clip's open_clip_config.json (version 3.3), object by object.

extension ConfigSection {
  static let openClip = ConfigSection(
    "`open_clip_config.json`", owner: "open_clip",
    [
      .used("model_cfg", "the model; a file that contains only `model_cfg` is read too"),
      .used("preprocess_cfg", "how images are prepared"),
    ])

  static let openClipModel = ConfigSection(
    "`model_cfg`", owner: "open_clip",
    [
      .used("embed_dim", "width of a feature; must agree with the weights"),
      .used("vision_cfg", "the image tower"),
      .used("text_cfg", "the text tower"),
      .used("quick_gelu", "QuickGELU instead of GELU"),
      .refused("multimodal_cfg", about: "the text decoder of a CoCa model"),
    ]
      + .harmless(["custom_text"], "whether the names of the text tower start with `text.`")
      + .harmless(["init_logit_scale", "nonscalar_logit_scale"], "the scale itself is in the weights")
      + .harmless(
        ["init_logit_bias"], "a bias shifts all logits equally, so features and probabilities do not change")
      + .harmless(["output_dict", "cast_dtype"], "the format of open_clip's output"))

  private static let block: [ConfigKey] =
    [
      .refused("ls_init_value", about: "layer scale"),
      .refused("block_type", unless: "default", "custom", about: "`default` and `custom` compute the same"),
      .refused("qk_norm", unless: false, about: "LayerNorm of queries and keys"),
      .refused("scaled_cosine_attn", unless: false, about: "cosine attention"),
      .refused("scale_heads", unless: false, about: "a scale for each head"),
      .refused("scale_attn_inner", unless: false, about: "LayerNorm inside attention"),
      .refused("scale_attn", unless: false, about: "LayerNorm after attention"),
      .refused("scale_fc", unless: false, about: "LayerNorm inside the MLP"),
      .used("act_kwargs", "`{\"approximate\": \"tanh\"}` and `\"none\"`; other members are rejected"),
      .used("norm_kwargs", "`eps`; other members are rejected"),
    ] + [.used("mlp_ratio", "must agree with the weights")]
    + .harmless(["output_tokens"], "whether open_clip returns the tokens too")

  static let openClipVision = ConfigSection(
    "`model_cfg.vision_cfg`", owner: "open_clip",
    [
      .used("layers", "blocks; a list of four for a ModifiedResNet"),
      .used("width", "must agree with the weights"),
      .used("head_width", "width of a head, 64 if absent"),
      .used("patch_size", "must agree with the weights"),
      .used("image_size", "must agree with the weights: positions are not interpolated"),
      .used("in_chans", "channels; must agree with the weights"),
      .used("no_ln_pre", "no LayerNorm before the first block"),
      .used("pool_type", "`tok`, the class row, or `avg`, the mean of the patches; `none` is rejected"),
      .used("final_ln_after_pool", "the last LayerNorm after pooling"),
      .refused("attentional_pool", unless: false, about: "pooling by attention, as in CoCa"),
      .refused("global_average_pool", unless: false, about: "replaced by `pool_type`"),
      .refused("input_patchnorm", unless: false, about: "LayerNorm of the patches"),
      .used("timm_model_name", "towers of timm are rejected with an error that names them"),
    ] + block
      + .harmless(["attn_pooler_queries", "attn_pooler_heads"], "of `attentional_pool`")
      + .harmless(["pos_embed_type"], "the positions are in the weights")
      + .harmless(["patch_dropout"], "training only")
      + .harmless(
        [
          "timm_model_pretrained", "timm_pool", "timm_proj", "timm_proj_bias", "timm_drop", "timm_drop_path",
        ], "of `timm_model_name`"))

  static let openClipText = ConfigSection(
    "`model_cfg.text_cfg`", owner: "open_clip",
    [
      .used("context_length", "must agree with the weights"),
      .used("vocab_size", "must agree with the weights; not CLIP's 49408: images only"),
      .used("width", "must agree with the weights"),
      .used("heads", "8 if absent"),
      .used("layers", "blocks"),
      .used("no_causal_mask", "every token attends to all tokens, including padding"),
      .used("pool_type", "`argmax`, `first`, `last`, and `eos` with CLIP's own id; `none` is rejected"),
      .used("eos_id", "read with `pool_type` `eos`"),
      .used("hf_model_name", "another text tower: images only"),
      .used("hf_tokenizer_name", "a tokenizer other than CLIP's: images only"),
      .used(
        "tokenizer_kwargs", "options that change texts, such as `clean` other than `lower`: images only"),
      .refused("embed_cls", unless: false, about: "a class token after the text, as in CoCa"),
      .refused("proj_bias", unless: false, about: "a projection with a bias"),
      .refused("proj_type", unless: "linear", about: "no projection"),
      .refused("use_pad_mask", unless: false, about: "padding that is not attended to"),
      .refused("correct_cls_mask", unless: false, about: "of `embed_cls`"),
    ] + block
      + .harmless(["final_ln_after_pool"], "LayerNorm works on each position separately")
      + .harmless(["pad_id"], "of `embed_cls` and `use_pad_mask`")
      + .harmless(["tokenizer_mode"], "of `hf_tokenizer_name`")
      + .harmless(["hf_model_pretrained", "hf_proj_type", "hf_pooler_type"], "of `hf_model_name`"))

  static let openClipPreprocess = ConfigSection(
    "`preprocess_cfg`", owner: "open_clip",
    [
      .used("size", "the image tower's own size is used instead, as in open_clip"),
      .refused("mode", unless: "RGB", about: "colours"),
      .used("mean", "one number, or one per channel"),
      .used("std", "one number, or one per channel"),
      .used("interpolation", "`bicubic`, `bilinear`, and `random`, which is bicubic outside training"),
      .used("resize_mode", "`shortest`, `longest` or `squash`"),
      .used("fill_color", "one number or one per channel, 0 to 255: padding around images with `longest`"),
    ])
}

extension [ConfigKey] {
  static func harmless(_ keys: [String], _ about: String) -> [ConfigKey] { ConfigKey.harmless(keys, about) }
}
