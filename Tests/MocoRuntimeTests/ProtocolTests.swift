import Foundation
import MocoTestSupport
import Testing

/// The modules `data_sets`, `protocols` and `published`, on folders laid out like the published data sets.
@Suite(.serialized) struct ProtocolTests {
  private static let maker = MocoProcess.root + "/Tests/Fixtures/protocols/tiny_data_sets.moco"

  /// Runs a program that has the modules, the small CLIP as `clip` and the tiny data sets in `root`.
  private func withTinyData(_ program: String, helps: Bool = false) throws -> String {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return printed(
      """
      use data_sets
      use protocols
      use published
      use "\(Self.maker)" as tiny
      let folder = "\(folder)"
      let root = folder + "/data"
      tiny.make(root)
      let clip = load_clip("small")

      """ + program, helps: helps)
  }

  // MARK: Facts

  /// Fifteen data sets with all of their facts; every sentence has one place for the name of a class.
  @Test func factsAreComplete() {
    let text = printed(
      """
      use data_sets
      print(len(data_sets.all), len(data_sets.names), len(data_sets.targets), data_sets.variants)
      func holes(sentence) { len(sentence.split("{}")) - 1 }
      for [name, facts] in data_sets.all.items() {
        assert(facts.keys() == ["title", "folder", "images", "list", "classes", "train", "val", "test", "template", "groups"], name)
        for key in ["title", "folder", "images", "list", "template"] { assert(len(facts[key]) > 0, name + " " + key) }
        assert(facts.classes > 1 and facts.test > 0, name)
        assert((facts.train == nil) == (name in data_sets.variants), name)
        assert(holes(facts.template) == 1, name)
        assert(len(facts.groups) >= 4, name)
        for sentence in facts.groups.templates { assert(holes(sentence) == 1, name + " " + sentence) }
      }
      for key in ["title", "folder"] {
        assert(len({facts[key]: true for facts in data_sets.all.values()}) == 15, key)
      }
      print([len(data_sets.all[name].groups) for name in data_sets.names], len(data_sets.all.imagenet_a.groups))
      """)
    #expect(
      text == """
        15 11 10 ["imagenetv2", "imagenet_sketch", "imagenet_a", "imagenet_r"]
        [20, 5, 6, 5, 5, 4, 5, 4, 5, 6, 6] 16

        """)
  }

  @Test func namesAreFoundHoweverTheyAreSpelled() {
    let text = printed(
      """
      use data_sets
      let spelled = {
        "Oxford-Pets": "oxford_pets", "caltech-101": "caltech101", "Flowers102": "oxford_flowers", "EuroSAT": "eurosat"
        "ImageNet-A": "imagenet_a", "imagenet-rendition": "imagenet_r", "DescribableTextures": "dtd", "FGVC Aircraft": "fgvc_aircraft"
        "ImageNetV2": "imagenetv2", "SUN397": "sun397", "StanfordCars": "stanford_cars", "food-101": "food101"
      }
      for [word, name] in spelled.items() { assert(data_sets.name_of(word) == name, word) }
      for word in ["cifar10", "", "imagenette"] { try { data_sets.entry(word) } catch e { print(e.message) } }
      """)
    #expect(
      text == """
        there is no published data set "cifar10"
        there is no published data set ""
        there is no published data set "imagenette"

        """)
  }

  // MARK: Folders

  /// All fifteen open from folders as CoOp's instructions lay them out: nested folders, names with underscores, blanks and
  /// strokes, images without folders of classes, a part of ImageNet's classes, two classes of one name.
  @Test func everyLayoutOpens() throws {
    let text = try withTinyData(
      """
      for name in data_sets.all.keys() {
        let set = data_sets.open(root, name)
        print(name, set.data.splits, len(set.test), set.data.classes[-1], set.notes[0].replace(set.title + " has ", ""))
        assert(set.name == name and len(set.data.skipped) == 0, name)
      }
      """)
    #expect(
      text == """
        imagenet ["train", "test"] 15 shirt 5 classes, published 1000
        caltech101 ["train", "val", "test"] 15 pair of jeans 5 classes, published 100
        oxford_pets ["train", "val", "test"] 15 trousers 5 classes, published 37
        stanford_cars ["train", "val", "test"] 15 2012 Jeans/Van 5 classes, published 196
        oxford_flowers ["train", "val", "test"] 15 trouser 5 classes, published 102
        food101 ["train", "val", "test"] 15 blue jeans 5 classes, published 101
        fgvc_aircraft ["train", "val", "test"] 15 Jeans 2000 5 classes, published 100
        sun397 ["train", "val", "test"] 15 trouser 5 classes, published 397
        dtd ["train", "val", "test"] 15 trousered 5 classes, published 47
        eurosat ["train", "val", "test"] 15 Trouser or Jeans 5 classes, published 10
        ucf101 ["train", "val", "test"] 15 Wear Trousers 5 classes, published 101
        imagenetv2 ["test"] 15 shirt 5 classes, published 1000
        imagenet_sketch ["test"] 15 shirt 5 classes, published 1000
        imagenet_a ["test"] 9 shirt 3 classes, published 200
        imagenet_r ["test"] 9 shirt 3 classes, published 200

        """)
  }

  /// What is not there is named, with what to do; no other split takes the place of the published one.
  @Test func missingFoldersAreNamed() throws {
    let text = try withTinyData(
      """
      func says(path, name) {
        try { data_sets.open(path, name) } catch e { print(e.message.replace(folder, "F"), "|", e.help.replace(folder, "F")) }
      }
      says("", "eurosat")
      says(folder + "/nothing", "eurosat")
      says(root + "/eurosat", "eurosat")
      make_folder(folder + "/other/EuroSAT")
      make_folder(folder + "/other/DTD/images")
      make_folder(folder + "/other/imagenet/images")
      make_folder(folder + "/other/dtd/images/banded")
      says(folder + "/other", "eurosat")
      says(folder + "/other", "dtd")
      says(folder + "/other", "imagenet")
      says(folder + "/other", "fgvc_aircraft")
      """)
    #expect(
      text == """
        no folder was given for EuroSAT | pass root: the folder that contains the folders of all data sets
        there is no folder F/nothing | pass root: the folder that contains the folders of all data sets
        F/data/eurosat is the folder of EuroSAT | pass its parent folder, where the folder of EuroSAT must be named eurosat
        there is no folder F/other/eurosat for EuroSAT | rename F/other/EuroSAT to eurosat, or make a link of that name
        DTD has no split_zhou_DescribableTextures.json in F/other/dtd | add it beside images/: without it there is no published split
        ImageNet has no classnames.txt in F/other/imagenet | add the list of WordNet ids and names, with lines such as n01440764 tench
        there is no folder F/other/fgvc_aircraft for FGVCAircraft | create it with images/ and variants.txt

        """)
  }

  // MARK: Protocols

  /// Every protocol runs with methods that are built in, from `stdlib/methods`, and without words.
  @Test func everyProtocolRuns() throws {
    let text = try withTinyData(
      """
      let sets = {name: data_sets.open(root, name) for name in data_sets.all.keys()}
      let [targets, variants] = [[sets[n] for n in data_sets.targets], [sets[n] for n in data_sets.variants]]
      for name in ["zero-shot", "mixture", "kgcoop", "maple", "linear probe"] {
        let method = published.method(name, clip, own: if name in ["mixture", "kgcoop", "maple"] { {epochs: 2} } else { {} })
        for set in targets {
          let r = protocols.few_shot(set, method, shots: 2)
          assert(0 < r.accuracy and r.accuracy <= 1 and r.images == 10, name + set.name)
        }
        if published.asks_new[name] {
          let r = protocols.base_to_new(sets.imagenet, method, shots: 16)
          assert(r.images == 12 and abs(r.h - protocols.harmonic(r.base, r.new)) < 1e-12, name)
          let all = protocols.transfer(sets.imagenet, targets, variants, method, shots: 1)
          let far = protocols.cross_data_set(sets.imagenet, targets, method, shots: 1)
          let near = protocols.domain_generalization(sets.imagenet, variants, method, shots: 1)
          assert(far.keys() == ["source", ..data_sets.targets, "average", "images"], name)
          assert(near.keys() == ["source", ..data_sets.variants, "average", "images"], name)
          for key in data_sets.targets { assert(far[key] == all[key], key) }
          for key in data_sets.variants { assert(near[key] == all[key], key) }
          assert(all.targets == far.average and all.variants == near.average and all.source == far.source, name)
        }
        print(name)
      }
      """)
    #expect(text == "zero-shot\nmixture\nkgcoop\nmaple\nlinear probe\n")
  }

  /// A protocol's numbers are those of the same training and evaluation written out.
  @Test func numbersAreThoseByHand() throws {
    let text = try withTinyData(
      """
      let options = {epochs: 6, rate: 0.5, batch: 4, views: nil, n: 4}
      let set = data_sets.open(root, "sun397")
      let world = data_sets.small_world(15)
      func by_hand(few, s, base) {
        seed(s)
        let m = coop(clip, classes: few.classes, init: "a photo of a", base: base, seed: s)
        train(m, on: if base == nil { few.train } else { few.base.train }, for: 6 epochs) {
          batch: 4, optimizer: sgd(lr: 0.5, momentum: 0.9, weight_decay: 5e-4), schedule: cosine(warmup: 1 epoch), seed: s, quiet: true
        }
        m
      }
      let method = published.method("coop", clip, own: {..options, words: "a photo of a", n: nil})
      let data = dataset("fashion").styled(seed: 0)
      let test = data.test[0..<15].in_every_style()
      var zero = evaluate(zero_shot(clip, classes: data.classes, template: "a photo of a {}."), on: test).accuracy
      var same = 0
      for s in 1...2 {
        let few = data.few_shot(4, seed: s, sampler: "coop")
        let own = evaluate(by_hand(few, s, nil), on: test).accuracy
        if own == zero { same += 1 }
        assert(protocols.few_shot(world, method, shots: 4, seed: s).accuracy == own, "few-shot \\(s)")
        let half = evaluate(by_hand(few, s, few.base.classes), on: test)
        let r = protocols.base_to_new(world, method, shots: 4, seed: s)
        assert(r.base == half.base and r.new == half.new and abs(r.h - half.h) < 1e-12, "base to new \\(s)")
      }
      print(same)
      let plain = dataset(root + "/sun397")
      let few = plain.few_shot(2, seed: 5, sampler: "coop")
      print(protocols.few_shot(set, method, shots: 2, seed: 5).accuracy == evaluate(by_hand(few, 5, nil), on: plain.test).accuracy)
      """)
    #expect(text == "0\ntrue\n")
  }

  /// What a method is given: no test images, the shots that CoOp draws, and the same chance for the same seed.
  @Test func aTaskHasNoTestImages() throws {
    let text = try withTinyData(
      """
      let set = data_sets.open(root, "dtd")
      let seen = []
      func method(task) {
        seen.append({..task, drawn: rand([1]).item()})
        zero_shot(clip, classes: task.classes, template: task.set.template)
      }
      protocols.few_shot(set, method, shots: 3, seed: 2)
      protocols.few_shot(set, method, shots: 3, seed: 2)
      protocols.few_shot(set, method, shots: 3, seed: 3)
      protocols.base_to_new(set, method, shots: 16)
      print(seen[0].keys()[0..<-1])
      print(len(seen[0].train), len(seen[0].val), seen[0].base, seen[3].base, len(seen[3].train), seen[3].train.classes == seen[3].base)
      print(seen[0].drawn == seen[1].drawn, seen[0].drawn == seen[2].drawn)
      let drawn = dataset(root + "/dtd").few_shot(3, seed: 2, sampler: "coop").train
      print(equal(seen[0].train.features(clip), drawn.features(clip)), seen[3].protocol)
      let all = [i for i in 0..<len(set.test)]
      for s in [set.test.base, set.test.new] { print(len(s), s.classes) }
      """)
    #expect(
      text == """
        ["train", "val", "classes", "base", "set", "shots", "seed", "protocol"]
        15 10 nil ["bag-like", "booted", "dressy"] 12 true
        true false
        true base-to-new
        9 ["bag-like", "booted", "dressy"]
        6 ["shirty", "trousered"]

        """)
  }

  /// H is that of the averages; an average of nothing, data of few classes and data without training images are refused.
  @Test func averagesAndRefusals() throws {
    let text = try withTinyData(
      """
      let method = published.method("zero-shot", clip)
      print(protocols.averaged([{base: 0.8, new: 0.2, h: 0.32}, {base: 0.6, new: 0.6, h: 0.6}]))
      print(protocols.averaged([{accuracy: 0.5, images: 4}, {accuracy: 1.0, images: 6}]), protocols.harmonic(0.0, 0.0))
      let sets = {name: data_sets.open(root, name) for name in ["imagenet", "imagenet_a", "eurosat"]}
      let three = dataset(features: ones([6, clip.dim]), labels: [0, 1, 2, 0, 1, 2], classes: ["bag", "coat", "hat"])
      let short = data_sets.of(three, name: "three")
      for f in [
        () => protocols.averaged([]), () => protocols.base_to_new(short, method), () => protocols.few_shot(sets.imagenet_a, method),
        () => protocols.cross_data_set(sets.imagenet, [sets.eurosat, sets.imagenet], method),
        () => protocols.cross_data_set(sets.imagenet, [sets.eurosat, sets.eurosat], method),
        () => protocols.domain_generalization(sets.imagenet, [], method),
        () => protocols.base_to_new(sets.eurosat, published.method("tip-adapter", clip)), () => published.method("coops", clip),
        () => protocols.few_shot(sets.eurosat, published.method("coop", clip, own: {rates: 1}))
      ] { try { f() } catch e { print(e.code, e.message) } }
      """)
    #expect(
      text == """
        {base: 0.7, new: 0.4, h: 0.509090909090909}
        {accuracy: 0.75, images: 5.0} 0.0
        E0900 the list of results is empty
        E0900 three has 3 classes; base-to-new needs at least 4
        E0900 ImageNet-A has no training images
        E0900 ImageNet is the training data set
        E0900 EuroSAT is listed more than once
        E0900 the list of test data sets is empty
        E0900 tip-adapter does not support new classes
        E0900 unknown method "coops"
        E0900 coop has no setting 'rates'

        """)
  }
}

/// `published`: figures and what they make.
@Suite struct PublishedMethodTests {
  /// The figures of `published` are those of the pages in `stdlib/methods`.
  @Test func figuresAgreeWithThePages() {
    let text = printed(
      """
      use data_sets
      use published
      use coop as coop_page
      use cocoop as cocoop_page
      use kgcoop as kgcoop_page
      use prograd as prograd_page
      use taskres as taskres_page
      use vpt as vpt_page
      use ivlp as ivlp_page
      use maple as maple_page
      use promptsrc as promptsrc_page
      let pages = {
        "coop": coop_page, "cocoop": cocoop_page, "kgcoop": kgcoop_page, "prograd": prograd_page, "taskres": taskres_page
        "vpt": vpt_page, "ivlp": ivlp_page, "maple": maple_page, "promptsrc": promptsrc_page
      }
      let task = {set: data_sets.entry("eurosat"), shots: 16, protocol: "base-to-new"}
      for [name, page] in pages.items() {
        let s = published.settings(name, task)
        let rule = if s.optimizer == "adam" { adam(lr: s.rate, weight_decay: s.weight_decay) } else {
          sgd(lr: s.rate, momentum: s.momentum, weight_decay: s.weight_decay)
        }
        assert(s.epochs == page.published.epochs and s.batch == page.published.batch, name)
        assert(str(rule) == str(page.published.optimizer()), name)
      }
      print("agree")
      """)
    #expect(text == "agree\n")
  }

  /// Epochs by shots and data set, and what another protocol changes.
  @Test func settingsDependOnTheTask() {
    let text = printed(
      """
      use data_sets
      use published
      func s(name, set, shots, protocol) { published.settings(name, {set: data_sets.entry(set), shots: shots, protocol: protocol}) }
      print([s("coop", "dtd", shots, "few-shot").epochs for shots in [1, 2, 4, 8, 16]], s("coop", "imagenet", 16, "few-shot").epochs)
      let [few, far] = [s("coop", "dtd", 16, "few-shot"), s("coop", "imagenet", 16, "cross-data-set")]
      print(few.words, few.n, far.words, far.n, far.epochs)
      let [m, i] = [s("mixture", "dtd", 16, "few-shot"), s("mixture", "imagenet", 16, "cross-data-set")]
      print([m.epochs, m.batch, m.rate, m.warmup], [i.epochs, i.batch, i.rate, i.warmup], m.precision)
      let p = s("maple", "imagenet", 16, "domain generalization")
      print([p.epochs, p.rate, p.depth], s("promptsrc", "dtd", 4, "few-shot").average, s("taskres", "imagenet", 4, "few-shot").rate)
      print(s("tip-adapter", "oxford_flowers", 4, "few-shot").alpha, s("zero-shot", "dtd", 4, "few-shot"))
      for c in [1, 2, 3, 5, 6, 9, nil] { print(published.joined(data_sets.entry("eurosat").groups, c).names) }
      """)
    #expect(
      text == """
        [50, 100, 100, 200, 200] 50
        nil 16 a photo of a nil 50
        [50, 32, 0.032, 5] [10, 1, 0.002, 1] amp
        [2, 0.0026, 3] [30, 30] 0.0002
        10.0 {}
        ["satellite, photo, large, small, low resolution, good"]
        ["satellite, photo, large", "small, low resolution, good"]
        ["satellite, photo", "large, small", "low resolution, good"]
        ["satellite", "photo", "large", "small", "low resolution, good"]
        ["satellite", "photo", "large", "small", "low resolution", "good"]
        ["satellite", "photo", "large", "small", "low resolution", "good"]
        ["satellite", "photo", "large", "small", "low resolution", "good"]

        """)
  }

  /// Without settings of one's own the mixture is trained by its published configuration; the parts that ablations take
  /// away are away; the hard router has nothing to learn.
  @Test func theMixtureIsThePublishedOne() {
    let text = printed(
      """
      use {ways} from small_world
      use data_sets
      use published
      let clip = load_clip("small")
      let set = data_sets.of(dataset("fashion"), groups: ways)
      let few = set.data.few_shot(1, seed: 1)
      let task = {
        train: few.train, val: few.val, classes: few.classes, base: nil, set: set, shots: 1, seed: 1, protocol: "few-shot"
      }
      let own = published.method("mixture", clip)(task)
      let plain = mixture(clip, ways, classes: few.classes, published: true, seed: 1)
      train(plain, on: few.train, seed: 1, quiet: true)
      print([equal(a, b) for [a, b] in zip([p for p in own.parameters], [p for p in plain.parameters])].contains(false))
      func made(changes) { published.method("mixture", clip, own: {epochs: 1, layernorms: false, views: nil, ..changes})(task) }
      let [gate, text] = [made({gate: 0}).loss(few.train.batch([0, 1])).parts, made({text: 0}).loss(few.train.batch([0, 1])).parts]
      print(gate.keys(), gate.gate.item(), text.text.item(), made({groups: 2}).parameters.names.contains("ctx_before_2"))
      print([n for n in made({router: "hard"}).parameters.names if n.contains("router") or n.contains("gate")])
      print(len([e for e in route(made({top_k: 3}), few.test[0]).experts if e.chosen]))
      """)
    #expect(text == "false\n[\"class\", \"text\", \"gate\"] 0.0 0.0 false\n[]\n3\n")
  }

  /// Two classes of one name are two classes, also for the mixture that is written as a page.
  @Test func twinsAreTwo() {
    let text = printed(
      """
      use {ways} from small_world
      use {routed} from routed
      let clip = load_clip("small")
      let names = ["bag", "crane", "coat", "crane"]
      let data = dataset(features: randn([8, clip.dim]), labels: [0, 1, 2, 3, 0, 1, 2, 3], classes: names)
      let mine = routed(clip, ways, names)
      let run = train(mine, on: data.train, for: 2 epochs, batch: 4, optimizer: sgd(lr: 0.1), quiet: true)
      print(len(run.losses), mine.logits(data.train.batch([0, 1])).shape)
      """)
    #expect(text == "2 [2, 4]\n")
  }
}
