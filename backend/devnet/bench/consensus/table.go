package consensus

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// WriteJSON prints one JSON object.
func (report Report) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(report) }

// WriteTable prints the figures for people.
func (report Report) WriteTable(w io.Writer) error {
	r := report.Rules
	fmt.Fprintf(w, "CNX and seconds. Stake %g, fee %g (least %g), cut %g %%, rewards %g and %g; a fraud is worth %g outside.\n",
		r.Stake, r.Fee, r.MinFee, 100*r.Cut, r.SettleReward, r.DispatchReward, r.Value)
	fmt.Fprintf(w, "T %g; agreement holds a trio %g, silence %g; %d scores of 0 in a row let a node go for %g. A draw needs %d free nodes and a tenth of the class.\n",
		r.Duration(), r.FastSeconds, report.Timeout, r.inARow(0), r.Away(), r.Candidates)
	fmt.Fprintf(w, "Nodes are in tasks all day; an honest one earns %s. A year's return is on the stake. Simulated (±): %d tasks, seed %d.\n",
		num(report.HonestPerDay), report.Tasks, report.Seed)
	for _, s := range report.sections() {
		if err := s.write(w); err != nil {
			return err
		}
	}
	fmt.Fprintln(w, "\nWhat the figures say")
	for _, line := range report.Conclusions {
		fmt.Fprintln(w, "- "+line)
	}
	fmt.Fprintln(w, "\nWhat stays open")
	for _, l := range report.Limits {
		if _, err := fmt.Fprintf(w, "- %s. %s\n  now:    %s\n  closes: %s\n", l.Name, l.What, l.Figure, l.Closes); err != nil {
			return err
		}
	}
	return nil
}

// section is one table.
type section struct {
	title string
	// source is where its formulas stand.
	source string
	head   []string
	rows   [][]string
}

func (s section) write(w io.Writer) error {
	fmt.Fprintf(w, "\n%s\n  from: %s\n", s.title, s.source)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range append([][]string{s.head}, s.rows...) {
		fmt.Fprintln(out, strings.Join(row, "\t")+"\t")
	}
	return out.Flush()
}

func (s *section) add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case float64:
			row[i] = num(c)
		case Estimate:
			if row[i] = "none seen"; c.Mean == 0 && c.Error == 0 {
				continue
			}
			row[i] = fmt.Sprintf("%s ±%s", num(c.Mean), num(c.Error))
		default:
			row[i] = fmt.Sprint(c)
		}
	}
	s.rows = append(s.rows, row)
}

// num prints three significant digits, and no noise of rounding.
func num(x float64) string {
	switch size := math.Abs(x); {
	case size >= unbounded:
		return "never"
	case size < 1e-12:
		return "0"
	case size >= 1e15:
		return fmt.Sprintf("%.2e", x)
	case size >= 100:
		return fmt.Sprintf("%.0f", x)
	default:
		return fmt.Sprintf("%.3g", x)
	}
}

func percent(x float64) string { return num(100*x) + " %" }

// millions prints an amount of gas.
func millions(gas float64) string { return num(gas/1e6) + " M" }

// from prints a size of a class, from which on something holds.
func from(size, smallest int) string {
	switch size {
	case 0:
		return "no class"
	case smallest:
		return "all"
	}
	return strconv.Itoa(size)
}

func (report Report) sections() []section {
	return []section{
		report.documentsTable(), report.fakeTable(), report.waitTable(), report.safeTable(), report.wayTable(),
		report.marketTable(), report.placeTable(), report.modelTable(),
		report.creatorTable(), report.griefTable(), report.farmTable(), report.lazyTable(), report.aloneTable(),
		report.lookTable(), report.shuffleTable(), report.poolTable(), report.lurkTable(), report.idleTable(),
	}
}
