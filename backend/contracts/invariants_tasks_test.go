package contracts_test

import (
	"encoding/binary"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// What creators do in a walk, and whoever dispatches and closes.

// some is an open task that is as wanted, nil if there is none; now and then any
// task that ever was.
func (w *walk) some(want func(*walkTask) bool) *walkTask {
	if len(w.tasks) == 0 {
		return nil
	}
	if w.oneIn(20) {
		return w.tasks[w.below(len(w.tasks))]
	}
	if len(w.live) == 0 {
		return nil
	}
	first := w.below(len(w.live))
	for i := range w.live {
		if t := w.live[(first+i)%len(w.live)]; want(t) {
			return t
		}
	}
	return nil
}

func queuedTask(t *walkTask) bool  { return t.status == protocol.TaskQueued }
func startedTask(t *walkTask) bool { return t.status == protocol.TaskStarted }

// gone says that another task has a task's place.
func (w *walk) gone(t *walkTask) bool { return w.byPlace[t.place] != t }

func (w *walk) someRequest() contracts.TaskRequest {
	r := contracts.TaskRequest{
		TaskType: uint8(w.below(2)), ArgsHash: crypto.Keccak256Hash([]byte{byte(w.below(4))}),
		MinVramGB: []uint16{0, 4, 8, 8, 8, 9, 24, 24, 48, 80}[w.below(10)], Units: uint32(1 + w.below(4)),
	}
	if protocol.TaskType(r.TaskType) == protocol.StableDiffusion {
		r.Images = uint16(1 + w.below(5))
	}
	if w.oneIn(2) {
		r.ModelKey = models()[w.below(3)]
	}
	r.Fee = new(big.Int).Add(leastFee(w.rules, r), contractstest.CNX(int64(w.below(4)*w.below(12))))
	r.Fee.Add(r.Fee, big.NewInt(int64(w.below(3))))
	switch w.below(60) {
	case 0:
		r.Units = []uint32{0, 1024, 1025}[w.below(3)]
	case 1:
		r.Images = []uint16{0, 1, 10, 11, 256}[w.below(5)]
	case 2:
		r.MinVramGB = []uint16{81, 128, 129, 65535}[w.below(4)]
	case 3:
		r.Fee = new(big.Int).Sub(leastFee(w.rules, r), common.Big1)
	case 4:
		r.Fee = new(big.Int).Lsh(common.Big1, 96)
	case 5:
		r.Fee = contractstest.CNX(1_000_000)
	}
	return r
}

// whyNotCreate is why the rules refuse a request, whatever waits, whoever is free
// and whoever pays.
func (w *walk) whyNotCreate(r contracts.TaskRequest) string {
	images := r.Images == 0
	if protocol.TaskType(r.TaskType) == protocol.StableDiffusion {
		images = r.Images >= 1 && r.Images <= 10
	}
	switch {
	case !pricingOf(w.rules, r.TaskType).Served:
		return "such tasks are not served"
	case !images || r.Units < 1 || r.Units > 1024:
		return "it has no such size"
	case r.Fee.BitLen() > 96:
		return "there is not so much CNX"
	case stepOfTask(r.MinVramGB) == len(stepSizes):
		return "no card has so much memory"
	case r.Fee.Cmp(leastFee(w.rules, r)) < 0:
		return "the fee is too low"
	}
	return ""
}

// starts says whether a new task is drawn at once.
func (w *walk) starts(t *walkTask) bool {
	if !w.canDraw(t.gpt(), t.step(), w.next()) {
		return false
	}
	best := w.bestWaiting(w.next())
	return best == nil || best.value.Cmp(t.value) < 0
}

// whyNotQueued is why a task that is not drawn is refused.
func (w *walk) whyNotQueued(t *walkTask) string {
	waiting := w.queues[t.list()]
	switch {
	case !w.couldRun(t):
		return "no joined nodes could run it"
	case len(waiting) >= w.capacity() && t.value.Cmp(waiting[len(waiting)-1].value) <= 0:
		return "the queue is full"
	}
	return ""
}

// evicts is the task that must go for one that is queued, nil if there is room.
func (w *walk) evicts(t *walkTask) *walkTask {
	waiting := w.queues[t.list()]
	if len(waiting) < w.capacity() {
		return nil
	}
	return waiting[len(waiting)-1]
}

// whyNotPaid is why the creator of a task that could be taken can't pay for it.
// What an evicted task gives back may pay for the new one.
func (w *walk) whyNotPaid(t *walkTask, evicted *walkTask) string {
	usable, all := w.usable(t.creator), new(big.Int).Set(w.creditOf(t.creator))
	if evicted != nil && evicted.creator == t.creator {
		usable.Add(usable, evicted.fee)
		all.Add(all, evicted.fee)
	}
	switch {
	case usable.Cmp(t.fee) >= 0:
		return ""
	case all.Cmp(t.fee) >= 0:
		return "TooLittleCredit: the rest was deposited in this very block"
	}
	return "TooLittleCredit: there is not so much"
}

func (w *walk) newTask(r contracts.TaskRequest, s sender) *walkTask {
	t := &walkTask{request: r, creator: s.address(), by: s, params: w.rules, fee: new(big.Int).Set(r.Fee)}
	t.value = new(big.Int).Div(r.Fee, big.NewInt(max(1, duration(t.pricing(), r.Units))))
	t.story = story{images: int(r.Images), near: int(w.rules.MatchDistance), far: int(w.rules.SlashDistance)}
	return t
}

func (w *walk) doCreate() {
	s := w.creators[w.below(len(w.creators))]
	if w.oneIn(6) { // a node, by what it earned
		s = w.anybody()
	}
	w.create(w.someRequest(), s)
}

// doFlood creates tasks of one list until it is full, and beyond.
func (w *walk) doFlood() {
	s := w.creators[0]
	if w.usable(s.address()).Cmp(contractstest.CNX(10)) < 0 {
		w.deposit(s, contractstest.CNX(1000))
		return
	}
	r := w.someRequest()
	r.TaskType, r.MinVramGB, r.Units, r.Images = uint8(protocol.GPT), 8, 1, 0
	r.Fee = new(big.Int).Add(leastFee(w.rules, r), contractstest.MilliCNX(int64(100*w.below(30))))
	w.create(r, s)
}

func (w *walk) create(r contracts.TaskRequest, s sender) {
	t := w.newTask(r, s)
	starts, why := w.starts(t), w.whyNotCreate(r)
	var evicted *walkTask
	if why == "" && !starts {
		why, evicted = w.whyNotQueued(t), w.evicts(t)
	}
	if why == "" {
		why = w.whyNotPaid(t, evicted)
	}
	beside := w.freshOf(t.creator).Sign() > 0
	w.note("createTask by %s: type %d, %d GB, %d units, fee %s", t.creator, r.TaskType, r.MinVramGB, r.Units, r.Fee)
	receipt := w.try("createTask", s, w.Deployment.Task, w.Task.PackCreateTask(r), why)
	if receipt == nil {
		return
	}
	w.created(t, s, receipt)
	drawn := contractstest.Find[contracts.TaskTaskDrawn](w.Chain, receipt) != nil
	switch {
	case drawn != starts:
		w.fail("task %s was drawn: %t, want %t", t.id, drawn, starts)
	case drawn:
		w.count("drawn at once")
		w.drawnAnew(t, receipt)
	default:
		w.count("queued")
		if evicted != nil {
			w.takeOut(evicted, protocol.OutcomeEvicted, new(big.Int))
		}
		w.enqueue(t)
	}
	w.credit(t.creator, new(big.Int).Neg(t.fee))
	if beside {
		w.count("paid beside a fresh deposit")
	}
	w.settled(receipt)
}

// created writes down a new task.
func (w *walk) created(t *walkTask, s sender, receipt *types.Receipt) {
	t.id = contractstest.Find[contracts.TaskTaskCreated](w.Chain, receipt).TaskId
	t.place, t.serial = placeOf(t.id), protocol.TaskID(t.id.Uint64()).Serial()
	if want := uint64(len(w.tasks)) + 1; t.serial != want {
		w.fail("the new task has number %d, want %d", t.serial, want)
	}
	if before := w.byPlace[t.place]; before != nil && before.open() {
		w.fail("the new task %s has the place of task %s, which is open", t.id, before.id)
	} else if before != nil {
		w.count("place used again")
	}
	w.byPlace[t.place] = t
	w.tasks, w.live = append(w.tasks, t), append(w.live, t)
	w.fees.Add(w.fees, t.fee)
	w.touchTask(t)
	w.expect("created %s %s %s", t.id, t.creator, t.fee)
}

// whyNotDispatch is why a task is not drawn now.
func (w *walk) whyNotDispatch(t *walkTask) string {
	if !queuedTask(t) {
		return "it is " + t.status.String()
	}
	if t.since >= w.next() {
		return "it was queued in this very second"
	}
	if !w.canDraw(t.gpt(), t.step(), w.next()) {
		return "no nodes can be drawn"
	}
	if w.bestWaiting(w.next()) != t {
		return "a better one waits"
	}
	return ""
}

func (w *walk) doDispatch() {
	s := w.anybody()
	t := w.bestWaiting(w.next())
	if t == nil || w.oneIn(6) {
		t = w.some(queuedTask)
	}
	if t == nil {
		return
	}
	w.note("dispatch of %s", t.id)
	receipt := w.try("dispatch", s, w.Deployment.Task, w.Task.PackDispatch(t.id), w.whyNotDispatch(t))
	if receipt == nil {
		return
	}
	w.dequeue(t)
	w.drawnAnew(t, receipt)
	w.reward(t, s, t.params.DispatchReward)
	w.touchTask(t)
	w.settled(receipt)
}

func (w *walk) doCancel() {
	t := w.some(queuedTask)
	if t == nil {
		return
	}
	s := t.by
	if w.oneIn(3) {
		s = w.anybody()
	}
	why := ""
	if !queuedTask(t) {
		why = "it is " + t.status.String()
	} else if s.address() != t.creator {
		why = "another created it"
	}
	data := w.Task.PackCancel(t.id)
	w.note("cancel of %s by %s", t.id, s.address())
	if receipt := w.try("cancel", s, w.Deployment.Task, data, why); receipt != nil {
		w.takeOut(t, protocol.OutcomeCancelled, t.params.MinFee)
		w.settled(receipt)
		w.keep("cancel", w.Deployment.Task, data)
	}
}

func (w *walk) whyNotClose(t *walkTask) string {
	switch {
	case !t.open():
		return "it has ended"
	case w.next() <= t.dueAfter():
		return "it is too early"
	}
	return ""
}

func (w *walk) doClose() {
	t := w.some(func(t *walkTask) bool { return w.next() > t.dueAfter() })
	if t == nil {
		t = w.some((*walkTask).open)
	}
	if t == nil {
		return
	}
	s := w.anybody()
	w.note("close of %s, which is %s", t.id, t.status)
	receipt := w.try("close", s, w.Deployment.Task, w.Task.PackClose(t.id), w.whyNotClose(t))
	if receipt == nil {
		return
	}
	switch t.status {
	case protocol.TaskQueued:
		w.takeOut(t, protocol.OutcomeExpired, new(big.Int))
	case protocol.TaskStarted:
		w.judge(t, s)
	default:
		w.closeOut(t)
	}
	w.settled(receipt)
}

// doWait lets time pass, often to where something becomes due.
func (w *walk) doWait() {
	seconds := 1 + w.below(4)
	if t := w.some((*walkTask).open); t != nil && w.oneIn(2) {
		ends := []uint64{t.argumentsBy(), t.lastCommit() - 60, t.lastCommit(), t.dueAfter()}
		// The next transaction is a second before, at, or after it.
		if at := int(ends[w.below(len(ends))]) + w.below(3) - 2 - int(w.Now()); at > 0 && at < 400 {
			seconds = at
		}
	}
	w.note("%d seconds pass", seconds)
	w.AdvanceTo(w.Now() + uint64(seconds))
	w.count("wait")
}

// plan is what each node of a drawn task is going to say: mostly the same.
func (w *walk) plan(t *walkTask) (all [3]contractstest.Answer) {
	mood := w.below(10)
	for seat := range all {
		switch {
		case mood < 6 && !w.oneIn(6):
			all[seat] = w.honest(t)
		case mood == 6 && !w.oneIn(4):
			all[seat] = contractstest.Failure(protocol.KindInvalidArguments)
		default:
			all[seat] = w.someAnswer(t)
		}
	}
	return all
}

// honest is the answer of a node that does its work: not quite the same images as
// those of others, and now and then a chain of them.
func (w *walk) honest(t *walkTask) contractstest.Answer {
	if t.gpt() {
		return t.result("A", 0)
	}
	return t.result("A", []int{0, 0, 2, 4, 8}[w.below(5)])
}

// someAnswer is anything that a node may say.
func (w *walk) someAnswer(t *walkTask) contractstest.Answer {
	switch w.below(10) {
	case 0, 1:
		return t.result("B", 0)
	case 2:
		return t.result("A", 1+w.below(4)) // images that match
	case 3, 4:
		return t.result("A", 5+w.below(19)) // that neither match nor lie
	case 5:
		return t.result("A", 24+w.below(40))
	case 6:
		return t.result("A", 24+w.below(8)) // that lie against some of the honest
	case 7:
		return contractstest.Failure(protocol.KindInvalidArguments)
	case 8:
		return contractstest.Failure(protocol.KindModelNotFound + protocol.ResultKind(w.below(3)))
	default:
		return w.honest(t)
	}
}

// result is a result of the task's kind. Of images, apart bits of the last one
// are others; a text with any is another.
func (t *walkTask) result(word string, apart int) contractstest.Answer {
	nonce := crypto.Keccak256Hash([]byte("nonce"), []byte(word), []byte{byte(apart)})
	if t.gpt() {
		return contractstest.Answer{Kind: protocol.KindResult, Result: crypto.Keccak256(t.key[:], []byte(word), []byte{byte(apart)}), Nonce: nonce}
	}
	var result []byte
	for image := range t.request.Images {
		hash := crypto.Keccak256(t.key[:], []byte(word), []byte{byte(image)})
		result = append(result, hash[:8]...)
	}
	last := result[len(result)-8:]
	binary.BigEndian.PutUint64(last, binary.BigEndian.Uint64(last)^(1<<apart-1))
	return contractstest.Answer{Kind: protocol.KindResult, Result: result, Nonce: nonce}
}
