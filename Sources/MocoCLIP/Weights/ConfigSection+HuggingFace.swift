// The options of Hugging Face's config.json, preprocessor_config.json and processor_config.json (transformers
// 5.24 and older).

extension ConfigSection {
  /// Options that every configuration of transformers may contain.
  private static let general: [ConfigKey] =
    [
      .refused("quantization_config", about: "packed weights"),
      .refused("pruned_heads", unless: [:], about: "pruned heads"),
    ]
    + .harmless(
      ["attention_dropout", "dropout", "initializer_factor", "initializer_range", "gradient_checkpointing"],
      "training only")
    + .harmless(
      [
        "name_or_path", "_name_or_path", "_commit_hash", "_attn_implementation_autoset",
        "_attn_implementation",
        "architectures",
        "auto_map", "dtype", "torch_dtype", "torchscript", "transformers_version", "use_bfloat16",
        "chunk_size_feed_forward", "id2label", "label2id", "finetuning_task", "problem_type", "return_dict",
        "output_attentions", "output_hidden_states", "task_specific_params", "tf_legacy_loss",
        "tie_word_embeddings", "tie_encoder_decoder", "tokenizer_class", "is_decoder", "is_encoder_decoder",
        "add_cross_attention", "cross_attention_hidden_size", "use_cache",
      ], "about the program, not the numbers")
    + .harmless(
      [
        "bad_words_ids", "begin_suppress_tokens", "decoder_start_token_id", "diversity_penalty", "do_sample",
        "early_stopping", "encoder_no_repeat_ngram_size", "exponential_decay_length_penalty",
        "forced_bos_token_id", "forced_eos_token_id", "length_penalty", "max_length", "min_length",
        "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_return_sequences", "output_scores",
        "prefix",
        "remove_invalid_values", "repetition_penalty", "return_dict_in_generate", "sep_token_id",
        "suppress_tokens", "temperature", "top_k", "top_p", "typical_p",
      ], "for text generation")

  static let huggingFaceGeneral = ConfigSection(
    "Anywhere in `config.json`", owner: "transformers", general)

  private static let tower: [ConfigKey] = [
    .used("hidden_size", "must agree with the weights"),
    .used("intermediate_size", "must agree with the weights"),
    .used("num_hidden_layers", "blocks"),
    .used("hidden_act", "`quick_gelu`, `gelu`, `gelu_new` or `gelu_pytorch_tanh`; others are rejected"),
    .used("layer_norm_eps", "1e-5 if absent"),
  ]

  static let huggingFace = ConfigSection(
    "`config.json`", owner: "transformers",
    [
      .used("model_type", "`clip`; models with CLIP's image tower only are used for images only"),
      .used("text_config", "the text tower"),
      .used("vision_config", "the image tower"),
      .used("text_config_dict", "overrides `text_config`, including its defaults, as in transformers"),
      .used("vision_config_dict", "overrides `vision_config`, including its defaults"),
      .used("projection_dim", "width of a feature; must agree with the weights"),
    ] + .harmless(["logit_scale_init_value"], "the scale itself is in the weights"), general: general)

  static let huggingFaceVision = ConfigSection(
    "`vision_config` in `config.json`", owner: "transformers",
    tower + [
      .used("num_attention_heads", "12 if absent"),
      .used("num_channels", "must agree with the weights"),
      .used("image_size", "must agree with the weights: positions are not interpolated"),
      .used("patch_size", "must agree with the weights"),
    ] + .harmless(["projection_dim", "model_type"], "the value of the entire model is used")
      + .harmless(["bos_token_id", "eos_token_id", "pad_token_id"], "tokens of texts"), general: general)

  static let huggingFaceText = ConfigSection(
    "`text_config` in `config.json`", owner: "transformers",
    tower + [
      .used("num_attention_heads", "8 if absent"),
      .used("max_position_embeddings", "must agree with the weights"),
      .used("vocab_size", "must agree with the weights; not CLIP's 49408: images only"),
      .used("eos_token_id", "the id of [end], or 2 as in older files; others are rejected"),
    ] + .harmless(["projection_dim", "model_type"], "the value of the entire model is used")
      + .harmless(["bos_token_id", "pad_token_id"], "tokens after [end] are not used"), general: general)

  static let imageProcessor = ConfigSection(
    "`preprocessor_config.json`, and `image_processor` in `processor_config.json`", owner: "transformers",
    [
      .used("do_resize", "true if absent"),
      .used(
        "size",
        "a number or `shortest_edge`, `height` and `width`, or a list of two; the image tower's size if absent"
      ),
      .used("resample", "0 to 5: nearest, lanczos, bilinear, bicubic, box, hamming"),
      .used("do_center_crop", "true if absent"),
      .used("crop_size", "must be the image tower's size"),
      .used("do_rescale", "true if absent"),
      .used("rescale_factor", "1/255 if absent; part of mean and std"),
      .used("do_normalize", "true if absent; without it mean is 0 and std 1"),
      .used("image_mean", "one number, or one per channel"),
      .used("image_std", "one number, or one per channel"),
      .used("image_processor_type", "CLIP's; others are rejected, because their defaults differ"),
      .used("default_to_square", "whether a `size` that is one number means both sides"),
      .refused(
        "use_square_size", unless: false,
        about: "an older way to resize images to 224 without keeping the aspect ratio"),
      .refused("do_pad", unless: false, about: "padding of images"),
    ]
      + .harmless(["pad_size"], "of `do_pad`")
      + .harmless(["do_convert_rgb"], "images are converted to the channels of the tower")
      + .harmless(
        [
          "feature_extractor_type", "processor_class", "data_format", "input_data_format", "device",
          "return_tensors", "disable_grouping", "image_seq_length", "_valid_processor_keys",
          "_valid_kwargs_names", "model_input_names", "auto_map",
        ], "about the program, not the numbers"))
}
