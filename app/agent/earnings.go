package agent

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"helium/app/api"
	"helium/backend/node"
	"helium/backend/protocol"
)

// ledger is the node's book while its store is open.
type ledger struct {
	// mu is held for reading while the book is read, and guards what follows.
	mu   sync.RWMutex
	book *node.Book
	// electricity is what the owner said of it.
	electricity api.Electricity
}

// open lets the book be read until close, which waits for whoever reads.
func (l *ledger) open(b *node.Book) (close func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.book = b
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.book = nil
	}
}

// read has the book read.
func (l *ledger) read(what func(*node.Book, api.Electricity) error) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.book == nil {
		return say("earnings_starting", "Helium is still starting, so what was earned can't be shown yet. It will be in a moment.")
	}
	return what(l.book, l.electricity)
}

// Earnings says what a time brought.
func (a *Agent) Earnings(_ context.Context, r api.EarningsRange) (report api.EarningsReport, err error) {
	now := a.owner.now().Local()
	err = a.ledger.read(func(b *node.Book, e api.Electricity) error {
		report, err = reportOf(b, r, now, e)
		return err
	})
	report.Credited = a.hub.get().Earnings.Credited
	return report, err
}

func reportOf(b *node.Book, r api.EarningsRange, now time.Time, e api.Electricity) (report api.EarningsReport, err error) {
	first, err := b.First()
	if err != nil {
		return report, err
	}
	bounds, step, err := periodsOf(r, now, first)
	if err != nil {
		return report, err
	}
	sums, err := b.Sums(bounds)
	if err != nil {
		return report, err
	}
	totals, err := b.Totals()
	if err != nil {
		return report, err
	}
	report = api.EarningsReport{
		Range: r, Step: step, From: bounds[0], To: bounds[len(bounds)-1], Bars: make([]api.EarningsBar, len(sums)),
		AtWork: totals.AtWork, Withdrawn: totals.Withdrawn, RewardsTotal: totals.Rewards, Electricity: e,
	}
	if !totals.Since.IsZero() {
		report.Since = &totals.Since
	}
	var all node.Sum
	for i, s := range sums {
		report.Bars[i] = api.EarningsBar{
			From: bounds[i], To: bounds[i+1], Texts: shareOf(s.Texts), Images: shareOf(s.Images), Other: shareOf(s.Other()),
		}
		all = all.Add(s)
	}
	report.Paid, report.Texts, report.Images, report.Other = shareOf(all.Share), shareOf(all.Texts), shareOf(all.Images), shareOf(all.Other())
	report.Rewards = all.Rewards
	report.Energy = energyOf(all.Work, all.Paid.Add(all.Rewards), e)
	return report, nil
}

func shareOf(s node.Share) api.EarnedShare { return api.EarnedShare{Paid: s.Paid, Tasks: s.Tasks} }

// tasksOnAPage is how many tasks the list shows at a time, tasksInAPart how many a
// part of a file holds, and mostLooked how many are looked at for either.
const (
	tasksOnAPage = 25
	tasksInAPart = 5000
	mostLooked   = 10_000
)

// EarningsTasks lists tasks that are over.
func (a *Agent) EarningsTasks(_ context.Context, q api.TasksQuery) (page api.TasksPage, err error) {
	found, next, err := a.records(q, tasksOnAPage)
	page = api.TasksPage{Tasks: make([]api.EarningsTask, len(found)), Next: next}
	for i, r := range found {
		page.Tasks[i] = taskOf(r)
	}
	return page, err
}

func (a *Agent) records(q api.TasksQuery, limit int) (found []node.Record, next protocol.TaskID, err error) {
	switch q.Kind {
	case "", api.KindText, api.KindImages, api.KindUnknown:
	default:
		return nil, 0, fmt.Errorf("kind is %.20q, and must be %q, %q or %q", q.Kind, api.KindText, api.KindImages, api.KindUnknown)
	}
	now := a.owner.now().Local()
	err = a.ledger.read(func(b *node.Book, _ api.Electricity) error {
		bounds, _, err := periodsOf(q.Range, now, time.Time{})
		if err != nil {
			return err
		}
		wanted := node.Query{Before: q.Before, Limit: limit, Look: mostLooked}
		if q.Range != api.RangeAll {
			wanted.From, wanted.To = bounds[0], bounds[len(bounds)-1]
		}
		if q.Kind != "" {
			wanted.Keep = func(r node.Record) bool { return kindOf(r) == q.Kind }
		}
		found, next, err = b.Records(wanted)
		return err
	})
	return found, next, err
}

func kindOf(r node.Record) api.TaskKind {
	switch {
	case r.Details == nil:
		return api.KindUnknown
	case r.Details.Type == protocol.GPT:
		return api.KindText
	default:
		return api.KindImages
	}
}

func taskOf(r node.Record) api.EarningsTask {
	t := api.EarningsTask{
		ID: r.ID, Kind: kindOf(r), Model: r.Model, Outcome: r.Outcome.String(), Paid: r.Paid, Score: int(r.Score),
		Slashed: r.Slashed, Missed: r.Missed, EndedAt: r.EndedAt,
	}
	if r.Details != nil {
		t.Reward = r.Details.Reward
	}
	return t
}

// TaskReceipt says what was checked of a task that is over, and with whom.
func (a *Agent) TaskReceipt(_ context.Context, id protocol.TaskID) (receipt api.TaskReceipt, err error) {
	a.mu.Lock()
	profile := a.profile
	a.mu.Unlock()
	err = a.ledger.read(func(b *node.Book, e api.Electricity) error {
		r, err := b.Record(id)
		if errors.Is(err, node.ErrNoRecord) {
			return say("receipt_none", "There is no receipt of task {task} on this computer: it is not over yet, or another computer's.", id)
		}
		if err != nil {
			return err
		}
		receipt = receiptOf(r, e)
		if receipt.Proof != nil && profile != nil {
			receipt.Proof.ChainID, receipt.Proof.Contract = profile.ChainID, profile.Contracts.Task.Hex()
		}
		return nil
	})
	return receipt, err
}

func receiptOf(r node.Record, e api.Electricity) api.TaskReceipt {
	t := taskOf(r)
	receipt := api.TaskReceipt{
		ID: t.ID, Kind: t.Kind, Model: t.Model, Outcome: t.Outcome, Paid: t.Paid, Score: t.Score,
		Slashed: t.Slashed, Missed: t.Missed, EndedAt: t.EndedAt,
	}
	d := r.Details
	if d == nil {
		return receipt
	}
	receipt.Proof = &api.ReceiptProof{
		Key: hexutil.Encode(d.Key[:]), Units: d.Units, Images: int(d.Images), Creator: shownAddress(d.Creator), Payout: shownAddress(d.Payout),
		Reward: d.Reward, Result: d.Kind.String(), Digest: digestOf(d.Result), MatchBelow: d.MatchBelow, Declined: d.Declined,
		Court: d.Court, DrawnAt: d.DrawnAt, DrawTx: hashOf(d.DrawTx), EndTx: hashOf(d.EndTx), EndBlock: d.EndBlock,
		WorkedMillis: int64(d.Work.Millis), Energy: energyOf(d.Work, r.Paid.Add(d.Reward), e),
	}
	if !d.Fee.IsZero() {
		receipt.Proof.Fee = &d.Fee
	}
	for seat := range d.Nodes {
		receipt.Proof.Nodes = append(receipt.Proof.Nodes, seatOf(d, seat))
	}
	return receipt
}

func seatOf(d *node.Details, seat int) api.ReceiptSeat {
	found, end := d.Found[seat], d.Ends[seat]
	s := api.ReceiptSeat{
		Address: shownAddress(d.Nodes[seat]), You: seat == int(d.Seat), Found: found.Kind.String(), Digest: digestOf(found.Result),
		Paid: end.Paid, Score: int(end.Score), Slashed: end.Slashed,
	}
	for place, heard := range d.Heard {
		if heard == seat {
			s.Place = place + 1
		}
	}
	if bits, ok := d.Distance(seat); ok {
		s.Distance = &bits
	}
	if found.Kind != protocol.KindNone && d.Kind != protocol.KindNone {
		agrees := found.Kind == d.Kind && bytes.Equal(found.Result, d.Result)
		if s.Distance != nil {
			agrees = *s.Distance < d.MatchBelow
		}
		s.Agrees = &agrees
	}
	return s
}

// shownAddress, hashOf and digestOf are empty for what is not known.
func shownAddress(a common.Address) string {
	if a == (common.Address{}) {
		return ""
	}
	return a.Hex()
}

func hashOf(h common.Hash) string {
	if h == (common.Hash{}) {
		return ""
	}
	return h.Hex()
}

func digestOf(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return hexutil.Encode(b)
}

// csvNames are the columns of the file.
var csvNames = []string{
	"task", "ended_at", "kind", "model", "outcome", "paid_cnx", "paid_wei", "reward_cnx", "reward_wei", "score", "slashed",
	"worked_seconds", "measured_watt_seconds", "settlement_transaction", "settlement_block", "task_key", "other_nodes",
}

// EarningsCSV is the tasks of a range as a file of comma-separated values (RFC
// 4180), newest first.
func (a *Agent) EarningsCSV(_ context.Context, q api.TasksQuery) (part api.CSVPart, err error) {
	found, next, err := a.records(q, tasksInAPart)
	if err != nil {
		return part, err
	}
	part.Next = next
	part.Text, err = csvOf(found, q.Before == 0)
	return part, err
}

func csvOf(records []node.Record, withNames bool) (string, error) {
	var out strings.Builder
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	if withNames {
		w.Write(csvNames)
	}
	for _, r := range records {
		w.Write(csvRow(r))
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return "", fmt.Errorf("write the file: %w", err)
	}
	return out.String(), nil
}

func csvRow(r node.Record) []string {
	t := taskOf(r)
	row := []string{
		t.ID.String(), t.EndedAt.UTC().Format(time.RFC3339), string(t.Kind), noFormula(t.Model), t.Outcome,
		t.Paid.Decimal(), t.Paid.Big().String(), t.Reward.Decimal(), t.Reward.Big().String(), strconv.Itoa(t.Score), strconv.FormatBool(t.Slashed),
	}
	d := r.Details
	if d == nil {
		return append(row, "", "", "", "", "", "")
	}
	var others []string
	for seat, address := range d.Nodes {
		if seat != int(d.Seat) {
			others = append(others, address.Hex())
		}
	}
	measured := ""
	if d.Work.MeasuredMillis > 0 {
		measured = decimalOf(d.Work.Microjoules, 6)
	}
	return append(row, decimalOf(d.Work.Millis, 3), measured, hashOf(d.EndTx), strconv.FormatUint(d.EndBlock, 10), hexutil.Encode(d.Key[:]), strings.Join(others, " "))
}

// noFormula keeps a table program from taking text of others for a formula.
func noFormula(text string) string {
	if strings.ContainsAny(text[:min(1, len(text))], "=+-@\t\r\n") {
		return "'" + text
	}
	return text
}

// decimalOf is n over 10^places, exactly.
func decimalOf(n uint64, places int) string {
	digits := fmt.Sprintf("%0*d", places+1, n)
	whole, fraction := digits[:len(digits)-places], strings.TrimRight(digits[len(digits)-places:], "0")
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// SetElectricity takes what the owner says of power and money.
func (a *Agent) SetElectricity(_ context.Context, e api.Electricity) error {
	if err := checkElectricity(e); err != nil {
		return err
	}
	a.ledger.mu.Lock()
	defer a.ledger.mu.Unlock()
	if err := a.writeElectricity(e); err != nil {
		return err
	}
	a.ledger.electricity = e
	return nil
}
