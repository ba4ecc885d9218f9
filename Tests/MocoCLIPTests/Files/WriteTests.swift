import CSystem
import Foundation
import MocoBase
import Testing

/// What stays of a file that is rewritten, and what is left where that fails.
@Suite struct WriteTests {
  private let manager = FileManager.default

  private func mode(_ path: String) throws -> Int {
    try #require(manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  private func inode(_ path: String) throws -> Int {
    try #require(manager.attributesOfItem(atPath: path)[.systemFileNumber] as? Int)
  }

  @Test(arguments: [0o600, 0o644, 0o755, 0o620]) func permissionsStay(_ bits: Int) throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/a"
      try AtomicFile.write("one", to: path)
      try manager.setAttributes([.posixPermissions: bits], ofItemAtPath: path)
      try AtomicFile.write("two", to: path)
      #expect(try mode(path) == bits && FileSystem.readText(path) == "two")
      try FileSystem.append(Array("!".utf8), to: path)
      #expect(try mode(path) == bits && FileSystem.readText(path) == "two!")
    }
  }

  @Test func theOwnerStays() throws {
    guard geteuid() == 0 else { return }
    try Fixtures.inFolder { folder in
      let path = folder + "/a"
      try AtomicFile.write("one", to: path)
      #expect(chown(path, 4711, 4712) == 0)
      try AtomicFile.write("two", to: path)
      let found = try manager.attributesOfItem(atPath: path)
      #expect(found[.ownerAccountID] as? Int == 4711 && found[.groupOwnerAccountID] as? Int == 4712)
    }
  }

  /// An access list in the system's form: the owner, the user 1234, the group, the mask, and all others.
  private static let accessList: [UInt8] =
    [2, 0, 0, 0]
    + [(1, 6, -1), (2, 4, 1234), (4, 4, -1), (16, 4, -1), (32, 0, -1)].flatMap {
      (tag: Int, bits: Int, user: Int32) -> [UInt8] in
      [UInt8(tag), 0, UInt8(bits), 0] + withUnsafeBytes(of: user.littleEndian) { [UInt8]($0) }
    }

  private func attribute(_ name: String, _ path: String) -> [UInt8]? {
    var value = [UInt8](repeating: 0, count: 256)
    let count = getxattr(path, name, &value, value.count)
    return count < 0 ? nil : Array(value[..<count])
  }

  @Test func accessListsAndAttributesStay() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/a"
      try AtomicFile.write("one", to: path)
      let list = Self.accessList
      // Not every file system has them.
      let hasNotes = setxattr(path, "user.note", "kept", 4, 0) == 0
      let hasLists = setxattr(path, "system.posix_acl_access", list, list.count, 0) == 0
      let bits = try mode(path)
      try AtomicFile.write("two", to: path)
      #expect(try FileSystem.readText(path) == "two" && mode(path) == bits)
      #expect(attribute("user.note", path) == (hasNotes ? Array("kept".utf8) : nil))
      #expect(attribute("system.posix_acl_access", path) == (hasLists ? list : nil))
      #expect(try FileSystem.list(folder) == ["a"])
    }
  }

  /// What a folder hands down to new files opens no file that was there before.
  @Test func aFileWithoutAnAccessListGetsNone() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/a"
      try AtomicFile.write("one", to: path)
      try manager.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      _ = setxattr(folder, "system.posix_acl_default", Self.accessList, Self.accessList.count, 0)
      try AtomicFile.write("two", to: path)
      #expect(attribute("system.posix_acl_access", path) == nil)
      #expect(try mode(path) == 0o640)
    }
  }

  @Test func linksAreFollowed() throws {
    try Fixtures.inFolder { folder in
      try FileSystem.createFolder(folder + "/data")
      try AtomicFile.write("one", to: folder + "/data/a")
      for (link, target) in [("l", "data/a"), ("m", "l"), ("new", "data/b"), ("far", folder + "/data/c")] {
        try manager.createSymbolicLink(atPath: folder + "/" + link, withDestinationPath: target)
      }
      for (link, file) in [("m", "a"), ("new", "b"), ("far", "c")] {
        try AtomicFile.write("x " + file, to: folder + "/" + link)
        #expect(FileSystem.linkTarget(folder + "/" + link) != nil)
        #expect(try FileSystem.readText(folder + "/data/" + file) == "x " + file)
      }
      #expect(try FileSystem.list(folder) == ["data", "far", "l", "m", "new"])
      #expect(try FileSystem.list(folder + "/data") == ["a", "b", "c"])
      try manager.createSymbolicLink(atPath: folder + "/round", withDestinationPath: "round")
      #expect(errorCode { try AtomicFile.write("x", to: folder + "/round") } == "E0504")
      try manager.createSymbolicLink(atPath: folder + "/nowhere", withDestinationPath: "none/a")
      #expect(errorCode { try AtomicFile.write("x", to: folder + "/nowhere") } == "E0504")
    }
  }

  @Test func hardLinksStayWhole() throws {
    try Fixtures.inFolder { folder in
      let (one, two) = (folder + "/one", folder + "/two")
      try AtomicFile.write(String(repeating: "long ", count: 1000), to: one)
      #expect(link(one, two) == 0)
      let before = try inode(one)
      try AtomicFile.write("short", to: two)
      #expect(try FileSystem.readText(one) == "short" && FileSystem.readText(two) == "short")
      #expect(try inode(one) == before && inode(two) == before)
      #expect(try FileSystem.list(folder) == ["one", "two"])
    }
  }

  @Test func aReadOnlyFileIsRefused() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/a"
      try AtomicFile.write("one", to: path)
      try manager.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
      if geteuid() == 0 {
        // Root may write to any file; its mode stays.
        try AtomicFile.write("one", to: path)
        #expect(try mode(path) == 0o444)
        return
      }
      #expect(errorMessage { try AtomicFile.write("two", to: path) }.contains("read-only"))
      #expect(errorMessage { try FileSystem.append([65], to: path) }.contains("read-only"))
      #expect(try FileSystem.readText(path) == "one" && FileSystem.list(folder) == ["a"])
    }
  }

  @Test func aFullDeviceIsAnError() throws {
    #expect(errorCode { try AtomicFile.write("x", to: "/dev/full") } == "E0504")
    #expect(errorCode { try FileSystem.append([65], to: "/dev/full") } == "E0504")
    try AtomicFile.write("x", to: "/dev/null")
    #expect(errorCode { try AtomicFile.write("x", to: NSTemporaryDirectory()) } == "E0504")
  }

  @Test func aPipeThatNobodyReadsIsAnError() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      #expect(errorCode { try AtomicFile.write("x", to: path) } == "E0504")
      #expect(errorCode { try FileSystem.append([65], to: path) } == "E0504")
      #expect(FileSystem.kind(path) == .other)
    }
  }

  @Test func aLongNameCanBeWritten() throws {
    try Fixtures.inFolder { folder in
      for name in [String(repeating: "n", count: 255), String(repeating: "ä", count: 127)] {
        try AtomicFile.write("x", to: folder + "/" + name)
        #expect(try FileSystem.readText(folder + "/" + name) == "x")
      }
      #expect(
        errorCode { try AtomicFile.write("x", to: folder + "/" + String(repeating: "n", count: 256)) }
          == "E0504")
      #expect(try FileSystem.list(folder).count == 2)
    }
  }
}
