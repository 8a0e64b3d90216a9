import ToolKit

await runTool(Aggregate.self)
