import MocoLang

var dataTypes: [HostType] {
  [
    HostType(
      "Dataset", "Labelled images in splits.", otherFields: "Split", keys: "splits",
      fields: [
        ("name", "String", "The name of the data set."),
        ("classes", "List", "The names of the classes; a label is an index into it."),
        ("splits", "List", "The names of its splits; each is a member too, such as data.train."),
        ("train", "Split", "The training images."),
        ("val", "Split", "The validation images, if the data has them."),
        ("test", "Split", "The test images."),
        ("base", "Dataset", "The data set with the first half of the classes."),
        ("new", "Dataset", "The data set with the second half of the classes."),
        ("skipped", "List", "The files that could not be read, each with path and reason."),
        ("origin", "String", "The source of the data and the assumptions about it, or nil."),
      ],
      methods: DatasetValue.methods, gives: ["few_shot": "Dataset", "styled": "Dataset"]),
    HostType(
      "Split", "A part of a data set: a list of labelled images.", element: "Item",
      fields: [
        ("name", "String", "The name of the split."),
        ("classes", "List", "The names of the classes; a label is an index into it."),
        ("labels", "List", "The label of each image."),
        ("names", "List", "The class name of each image."),
        ("styles", "List", "The style of each image, or nil if none was chosen."),
        ("counts", "Record", "The number of images of each class."),
        ("base", "Split", "The images of the first half of the classes."),
        ("new", "Split", "The images of the second half of the classes."),
      ],
      methods: SplitValue.methods,
      gives: [
        "batches": "Batches", "batch": "Batch", "styled": "Split", "in_every_style": "Split",
        "in_style": "Split",
        "pick": "Split", "sample": "Split", "features": "Tensor", "pixels": "Tensor",
      ]),
    HostType("Batches", "The batches of one pass over a split, for `for`.", element: "Batch"),
    HostType(
      "Batch", "Some images of a split, for a model.",
      fields: [
        ("images", "Tensor", "The pixels [images, channels, size, size], decoded on first use."),
        ("features", "Tensor", "The rows of the table, for data of features; else nil."),
        ("labels", "Tensor", "The label of each image."),
        ("classes", "List", "The names of the split's classes."),
        ("names", "List", "The class name of each image."),
        ("styles", "List", "The style of each image."),
        ("indices", "List", "The index of each image in the split."),
      ]),
    HostType(
      "Item", "One labelled image of a split.",
      fields: [
        ("image", "Image", "The picture in its style, decoded on first use."),
        ("label", "Int", "The index of its class in the split's classes."),
        ("class", "String", "The name of its class."),
        ("style", "String", "Its style, or nil."),
        ("severity", "Float", "The severity of the style, or nil."),
        ("path", "String", "The file that it comes from."),
        ("index", "Int", "Its index in the split."),
        ("width", "Int", "Pixels across."),
        ("height", "Int", "Pixels down."),
        ("features", "Tensor", "Its row of the table, for data of features; else nil."),
      ]),
    HostType(
      "Image", "A decoded picture.",
      fields: [
        ("width", "Int", "Pixels across."),
        ("height", "Int", "Pixels down."),
        ("channels", "Int", "1 for grey, 3 for colour."),
        ("name", "String", "The file that it comes from."),
        ("notes", "List", "Assumptions about the file."),
        ("tensor", "Tensor", "The pixels [channels, height, width], 0 to 1."),
      ],
      methods: ImageValue.methods,
      gives: [
        "style": "Image", "resize": "Image", "crop": "Image", "flip": "Image", "grey": "Image",
        "pixels": "Tensor",
      ]),
  ]
}
