import Testing

@testable import Report

@Suite struct TableTests {
  let table = Table(
    columns: [.init("model"), .init("parameters"), .init("test error", hasDeviation: true)],
    rows: [
      [.text("a,\"b\"\nc|d_e<f>"), .integer(152_049_921), .measurement(mean: 0.17654321, deviation: 0.0912)],
      [.text("plain"), .integer(580), .empty],
    ])

  @Test func `CSV quotes commas, quotes and line breaks, doubles quotes, and keeps every digit`() {
    #expect(
      table.csv == """
        model,parameters,test error,"test error, std"\r
        "a,""b""\nc|d_e<f>",152049921,0.17654321,0.0912\r
        plain,580,,\r

        """)
  }

  @Test func `Markdown escapes what would break the table and rounds for the reader`() {
    #expect(
      table.markdown == #"""
        | model | parameters | test error |
        | --- | ---: | ---: |
        | a,"b" c\|d\_e\<f\> | 152,049,921 | 0.177 ± 0.091 |
        | plain | 580 |  |

        """#)
  }

  @Test func `A row of the wrong length is padded with empty cells or cut`() {
    let table = Table(
      columns: [.init("a"), .init("b")], rows: [[.integer(1)], [.integer(1), .integer(2), .integer(3)]])
    #expect(table.rows == [[.integer(1), .empty], [.integer(1), .integer(2)]])
  }

  @Test(arguments: [
    (0.0, "0"), (0.17654, "0.177"), (12.345, "12.3"), (1234.5, "1234"), (10_624, "10,600"), (-123_456, "-123,000"),
    (999_999, "1,000,000"), (0.00099, "9.90e-04"), (2_500_000, "2.50e+06"),
    (-0.5, "-0.500"), (.nan, "NaN"), (.infinity, "∞"), (-.infinity, "−∞"),
  ])
  func `A number is shown with three significant digits`(value: Double, text: String) {
    #expect(Table.significant(value) == text)
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func `Thousands are set apart by commas`(value: Int, text: String) {
    #expect(Table.grouped(value) == text)
  }
}
