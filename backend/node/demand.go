package node

import (
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// demand is what the network asks for while this node can be drawn: every task
// that is created is in a log.
type demand struct {
	// since is when the node began to be free, zero while it is not.
	since time.Time
	// asked is when a task was last created that this node can do. others were
	// created since then, for models or cards that it lacks.
	asked  time.Time
	others int
}

// quiet is for how long nobody has asked.
func (d demand) quiet(now time.Time) time.Duration {
	if d.since.IsZero() {
		return 0
	}
	from := d.since
	if d.asked.After(from) {
		from = d.asked
	}
	return now.Sub(from)
}

// lately says that there is no need to look who asks: nobody can be drawn here, or
// somebody asked within the last minute.
func (d demand) lately(now time.Time) bool {
	return d.since.IsZero() || now.Sub(d.asked) < time.Minute
}

// noDemandAfter is when a free node says that nobody asks.
const noDemandAfter = 10 * time.Minute

// checkDemand tells of a network that has nothing for this node.
func (n *Node) checkDemand(v view) {
	now := n.cfg.Now()
	n.mu.Lock()
	switch v.status {
	case protocol.NodeAvailable:
		if n.demand.since.IsZero() {
			n.demand = demand{since: now, asked: n.demand.asked}
		}
	case protocol.NodeBusy:
		n.demand = demand{since: now, asked: now}
	default:
		n.demand = demand{asked: n.demand.asked}
	}
	d := n.demand
	n.mu.Unlock()

	quiet := d.quiet(now)
	if quiet < noDemandAfter {
		n.health.clear(ReasonNoDemand)
		return
	}
	why := protocol.Phrases{protocol.Say("quiet", "Nobody has asked for {minutes, plural, one {# minute} other {# minutes}}.", int(quiet/time.Minute))}
	if d.others > 0 {
		why = append(why, protocol.Say("quiet_others", "{n, plural, one {One task was for another model or a larger card} other {# tasks were for other models or larger cards}}.", d.others))
	}
	n.health.raise(ReasonNoDemand, why...)
}

// readDemand counts the task that a log says was created.
func (n *Node) readDemand(l types.Log) {
	event, err := n.events.Parse(&l)
	e, ok := event.(*contracts.TaskTaskCreated)
	if err != nil || !ok {
		return
	}
	at := n.cfg.Now()
	if l.BlockTimestamp != 0 {
		at = time.Unix(int64(l.BlockTimestamp), 0)
	}
	n.noteDemand(e, at)
}

// noteDemand counts a task that was created.
func (n *Node) noteDemand(e *contracts.TaskTaskCreated, at time.Time) {
	fits, said := n.couldDo(e), n.health.stands(ReasonNoDemand)
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case fits && at.After(n.demand.asked):
		n.demand.asked, n.demand.others = at, 0
		n.moved = n.moved || said // steering takes it back
	case !fits && at.After(n.demand.since) && !n.demand.since.IsZero():
		n.demand.others++
	}
}

// couldDo says whether this node may be drawn for a task and has its model.
func (n *Node) couldDo(e *contracts.TaskTaskCreated) bool {
	n.mu.Lock()
	class := n.view.class
	n.mu.Unlock()
	text := protocol.TaskType(e.TaskType) == protocol.GPT
	if e.MinVramGB > n.cfg.Class.VRAMGB || text && class != n.cfg.Class.ID() {
		return false
	}
	does := makesImages
	if text {
		does = writesTexts
	}
	for _, f := range n.cfg.Models.List() {
		named := e.ModelKey == [32]byte{} || e.ModelKey == protocol.ModelKey(f.Pin.ID)
		if named && does(f) && n.rooms.fits(f.Pin.ID) {
			return true
		}
	}
	return false
}
