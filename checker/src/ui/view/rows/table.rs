//! The rows of a table: its columns get the widths that their contents need, or less if the screen is narrow.

use super::cells::{self, Cell, Part};
use crate::ui::text::style::{Colour, Flow, Line, Rank};

/// The blanks between two columns.
const GAP: usize = 2;
/// How far the first column is indented where a cell continues.
const HANG: usize = 2;
/// A column that is as wide as this need not show its longest word in one piece.
const LONGEST_WORD: usize = 30;

/// The parts of each line of a table, all of which are rows of cells.
pub fn lay_out(lines: &[&Line], colour: Colour, width: usize) -> Vec<Vec<Part>> {
    let rows: Vec<(Vec<Vec<Cell>>, Rank)> = lines.iter().filter_map(|line| row(line, colour)).collect();
    let columns = columns(rows.iter().map(|(cells, _)| cells.as_slice()), width);
    rows.into_iter()
        .map(|(row, rank)| {
            let mut parts = side_by_side(row, &columns, width);
            if rank == Rank::Head {
                parts.push(rule(&columns, width));
            }
            parts
        })
        .collect()
}

fn row(line: &Line, colour: Colour) -> Option<(Vec<Vec<Cell>>, Rank)> {
    let Flow::Cells { cells, rank } = line.flow() else { return None };
    Some((cells.iter().map(|cell| cells::cells(cell, colour, &mut Vec::new())).collect(), *rank))
}

/// The width of each column. The widest columns give way first, and keep their words in one piece if possible.
fn columns<'a>(rows: impl Iterator<Item = &'a [Vec<Cell>]>, width: usize) -> Vec<usize> {
    let (mut columns, mut words): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            columns.resize(columns.len().max(at + 1), 1);
            words.resize(columns.len(), 1);
            columns[at] = columns[at].max(cells::width(cell));
            let word = cell.split(|cell| cell.c == ' ').map(cells::width).max().unwrap_or(0);
            words[at] = words[at].max(word.min(LONGEST_WORD));
        }
    }
    let room = width.saturating_sub(GAP * columns.len().saturating_sub(1));
    for least in [words, vec![1; columns.len()]] {
        while columns.iter().sum::<usize>() > room {
            let can_give = (0..columns.len()).filter(|at| columns[*at] > least[*at]);
            let Some(widest) = can_give.max_by_key(|at| columns[*at]) else { break };
            columns[widest] -= 1;
        }
    }
    columns
}

fn side_by_side(row: Vec<Vec<Cell>>, columns: &[usize], width: usize) -> Vec<Part> {
    // A name that continues in the next row is not taken for another one.
    let flow = |at| Flow::Prose { hang: if at == 0 { HANG } else { 0 }, most: usize::MAX };
    let cells = row.into_iter().zip(columns).enumerate();
    let wrapped: Vec<Vec<Part>> = cells.map(|(at, (cell, width))| cells::parts(cell, &flow(at), *width)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(1);
    let line = |at: usize| {
        let mut line = Vec::new();
        let mut start = 0;
        for (cell, column) in wrapped.iter().zip(columns) {
            if let Some(part) = cell.get(at).filter(|part| !part.cells.is_empty()) {
                line.extend(Cell::blanks(start - cells::width(&line)));
                line.extend(part.cells.iter().map(Cell::without_glue));
            }
            start += column + GAP;
        }
        Part { cells: cells::shortened(line, width), indent: 0, has_gap: false }
    };
    (0..height).map(line).collect()
}

fn rule(columns: &[usize], width: usize) -> Part {
    let length = columns.iter().sum::<usize>() + GAP * columns.len().saturating_sub(1);
    let line = Line::plain("─".repeat(length.min(width)));
    Part { cells: cells::cells(&line, Colour::Off, &mut Vec::new()), indent: 0, has_gap: false }
}
