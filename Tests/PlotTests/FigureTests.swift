import Plot
import Testing

@Suite struct FigureTests {
  @Test func `A figure that its axes cannot show is empty`() {
    let points = [Figure.Point(x: 1, y: -1), Figure.Point(x: .nan, y: 1), Figure.Point(x: 1, y: .infinity)]
    let figure = Figure(
      name: "", title: "", caption: "", x: .init(""), y: .init("", isLogarithmic: true),
      series: [.init("", points: points, color: 0)], levels: [.init("", y: 1, color: 0)])
    #expect(figure.isEmpty)
  }

  @Test func `A name of a file has nothing in it that a shell, a link or a script could take for its own`() {
    #expect(Figure.fileName("implicit-8 (anderson)") == "implicit-8-anderson")
    #expect(Figure.fileName("../a'b\"c`d\ne") == "..-a-b-c-d-e")
  }
}
