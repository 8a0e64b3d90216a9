/// The Mustache templates of the report.
enum ReportTemplate {
  static let table = """
    <div class="scroll"><table>
    <thead><tr>{{#columns}}<th class="{{class}}">{{heading}}</th>{{/columns}}</tr></thead>
    <tbody>
    {{#rows}}
    <tr>{{#cells}}<td class="{{class}}">{{text}}</td>{{/cells}}</tr>
    {{/rows}}
    </tbody>
    </table></div>

    """

  static let page = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{{title}}</title>
    <style>
    body { max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff;
      font: 16px/1.5 system-ui, "Helvetica Neue", Arial, sans-serif; }
    h1 { font-size: 1.7rem; margin-bottom: 0; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 0.85rem; }
    th, td { padding: 0.3rem 0.7rem; text-align: left; vertical-align: top; border-bottom: 1px solid #ddd; }
    th { border-bottom: 2px solid #444; vertical-align: bottom; }
    td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
    td.number, td.text { white-space: nowrap; }
    .holds { color: #00684a; font-weight: 600; } .violated { color: #b03000; font-weight: 600; }
    figure { margin: 2rem 0; } figure img { width: 100%; max-width: 800px; height: auto; }
    figcaption, .note { color: #555; font-size: 0.85rem; }
    pre { background: #f6f6f6; padding: 1rem; overflow-x: auto; font-size: 0.8rem; }
    .facts th { border-bottom: 1px solid #ddd; vertical-align: top; } .facts td { overflow-wrap: anywhere; }
    </style>
    </head>
    <body>
    <h1>{{title}}</h1>
    <p class="note">Case study {{caseStudy}}.{{#references}} {{.}}.{{/references}}</p>
    {{#hasVerdicts}}
    <h2>Expected and found</h2>
    <p>{{verdictSummary}}.</p>
    <div class="scroll"><table>
    <thead><tr><th>claim</th><th>measured</th><th>expected</th><th>found</th><th>verdict</th></tr></thead>
    <tbody>
    {{#verdicts}}
    <tr><td>{{name}}</td><td>{{measured}}</td><td>{{expected}}</td><td>{{found}}</td><td class="{{class}}">{{verdict}}</td></tr>
    {{/verdicts}}
    </tbody>
    </table></div>
    {{/hasVerdicts}}
    <h2>Results</h2>
    {{#results}}
    {{> table}}
    {{/results}}
    {{#notes}}
    <p class="note">{{.}}</p>
    {{/notes}}
    {{#tables}}
    <h2>{{title}}</h2>
    <p>{{note}}</p>
    {{#table}}
    {{> table}}
    {{/table}}
    {{/tables}}
    {{#hasFigures}}
    <h2>Figures</h2>
    {{/hasFigures}}
    {{#figures}}
    <figure id="{{name}}">
    <img src="figures/{{name}}.svg" alt="{{title}}">
    <figcaption>{{caption}} <a href="figures/{{name}}.png">PNG</a>, <a href="figures/{{name}}.dat">data</a>, <a href="figures/{{name}}.gp">gnuplot script</a>.</figcaption>
    </figure>
    {{/figures}}
    <h2>What was run</h2>
    {{#inputs}}
    {{> table}}
    {{/inputs}}
    {{#configurations}}
    <details><summary>Configuration of the sweep of {{name}}</summary><pre>{{value}}</pre></details>
    {{/configurations}}
    <details><summary>How this report was made</summary>
    <table class="facts"><tbody>
    {{#provenance}}
    <tr><th>{{name}}</th><td>{{value}}</td></tr>
    {{/provenance}}
    </tbody></table></details>
    </body>
    </html>

    """
}
