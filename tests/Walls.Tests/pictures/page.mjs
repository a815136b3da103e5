// page.mjs ANSWERS.json PAGE.html: writes a board as a page that needs nothing else, and says how high it is.
import { readFileSync, writeFileSync } from 'node:fs';
import { page } from './draw.mjs';

const [from, to] = process.argv.slice(2);
const { board, answers } = JSON.parse(readFileSync(from, 'utf8'));
const { html, height } = page(board, answers);
writeFileSync(to, `<!doctype html><meta charset="utf-8"><title>${board.title}</title><style>
body{margin:0;background:#111217;color:#d8d9e2;font-family:Inter,"DejaVu Sans",sans-serif;width:1920px;height:${height}px;position:relative;overflow:hidden}
section,h2{position:absolute;box-sizing:border-box} section{background:#181b1f;border:1px solid #2c3036;border-radius:3px;padding:0 8px;overflow:hidden}
h3{margin:0;font-size:16px;font-weight:500;line-height:32px} h2{margin:0;font-size:20px;font-weight:500;line-height:34px;padding-left:8px}
svg text{fill:#c8c9d2;font-size:14px} .grid{stroke:#2c3036} .none{margin:0;text-align:center;font-size:20px;color:#8e8e8e}
.stats{display:flex;gap:8px;height:100%} .stats>div{flex:1;display:flex;flex-direction:column;align-items:center;justify-content:center;border-radius:3px;position:relative;line-height:1.15;text-align:center}
.stats b{font-weight:600} .spark{position:absolute;left:0;top:0} .legend{display:flex;white-space:nowrap;gap:2px 14px;height:22px;overflow:hidden;font-size:13px} .legend i{display:inline-block;width:14px;height:4px;margin-right:5px;vertical-align:middle}
table{border-collapse:collapse;width:100%;font-size:15px} td,th{height:33px;padding:0 8px;text-align:left;border-bottom:1px solid #2c3036;white-space:nowrap;max-width:420px;overflow:hidden;text-overflow:ellipsis} th{height:28px;color:#6ea8ff;font-weight:500}
</style>${html}`);
process.stdout.write(String(height));
