package final class Machine {}
package final class Prototype {}
