package contracts_test

import (
	"math/big"
	"slices"
	"testing"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// The example by which the seed network explains its order: 10 CNX for one image
// against 15 for two. With 30 s of overhead and 20 s an image that is 0.2 against
// 0.214 CNX per second, so the second goes first; whichever came first, and to
// the wei.
func TestPriceOrderOfTheSeed(t *testing.T) {
	type offer struct {
		images int
		cnx    int64
		value  string // of TaskQueued, in wei a second
	}
	one := offer{1, 10, "200000000000000000"} // 10 / (30 + 20)
	two := offer{2, 15, "214285714285714285"} // 15 / (30 + 2*20), rounded down
	for name, offers := range map[string][]offer{"one image came first": {one, two}, "two images came first": {two, one}} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t, nil)
			if p := l.Params.StableDiffusion; p.OverheadSeconds != 30 || p.SecondsPerUnit != 20 {
				t.Fatalf("an image is priced %+v", p)
			}
			nodes := l.trio(8)
			tasks := map[int]*contractstest.Court{}
			for _, o := range offers {
				request := contractstest.SDRequest(o.images)
				request.Fee = contractstest.CNX(o.cnx)
				receipt := l.Send("createTask", l.creator, l.Deployment.Task, l.Task.PackCreateTask(request))
				queued := contractstest.Find[contracts.TaskTaskQueued](l.Chain, receipt)
				if queued == nil || queued.Value.String() != o.value {
					t.Fatalf("%d images for %d CNX: the event says %v, want a value of %s", o.images, o.cnx, queued, o.value)
				}
				tasks[o.images] = &contractstest.Court{Chain: l.Chain, ID: queued.TaskId, Creator: l.creator, Fee: request.Fee}
			}
			if got := l.positions(tasks[2].ID, tasks[1].ID); !slices.Equal(got, []int64{0, 1}) {
				t.Errorf("so many go before two images and one: %d, want 0 and 1", got)
			}

			l.resume(nodes...)
			l.wantNext(tasks[2], tasks[1])
			if _, err := tasks[2].Dispatch(l.all); err != nil {
				t.Fatalf("15 CNX for two images: %v", err)
			}
			tasks[2].Settle(closeImages(2, 0)...)
			l.serve(tasks[1], protocol.StableDiffusion)
			l.CheckBooks(tasks[1], tasks[2])
		})
	}
}

// positions are how many tasks go before each.
func (l *line) positions(ids ...*big.Int) (all []int64) {
	l.TB.Helper()
	for _, id := range ids {
		all = append(all, contractstest.View(l.Chain, l.Deployment.Task, l.Task.PackQueuePosition(id), l.Task.UnpackQueuePosition).Int64())
	}
	return all
}
