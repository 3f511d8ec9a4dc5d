package contracts_test

import (
	"errors"
	"testing"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

func TestACardServesTheStepThatItFills(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	var joined [15]uint32
	for gb := uint16(1); gb <= 200; gb++ {
		node := c.JoinMany(1, contractstest.Class{Card: "Unknown", VRAMGB: gb, Runtime: "x"})[0]
		step := fills(gb)
		joined[step]++
		got := contractstest.View(c, c.Deployment.Node, c.Node.PackSteps(), c.Node.UnpackSteps)
		if got.Joined != joined || got.Free != joined || got.JoinedGPT != [15]uint32{} || got.FreeGPT != [15]uint32{} {
			t.Fatalf("with cards of 1 to %d GB steps are %v, want %v", gb, got, joined)
		}
		other := protocol.GPUClass{Card: "other", VRAMGB: memorySteps()[step]}.ID()
		if class := c.NodeInfo(node).ClassId; class != other {
			t.Errorf("a card of %d GB joined %x, want the others of %d GB", gb, class, memorySteps()[step])
		}
	}
}

func TestATaskTakesTheStepThatHoldsIt(t *testing.T) {
	l := newLine(t, nil)
	l.trio(128)
	for gb := uint16(0); gb <= 200; gb++ {
		request := contractstest.GPTRequest()
		request.MinVramGB = gb
		step := holds(gb)
		receipt, err := l.Try("createTask", l.creator, l.Deployment.Task, l.Task.PackCreateTask(request))
		if step == len(memorySteps()) {
			var refusal *contracts.Refusal
			if !errors.As(err, &refusal) || refusal.Name != "NoClassFits" || refusal.Args["minVramGB"] != gb {
				t.Errorf("a task of %d GB: got %v, want that no class fits", gb, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("a task of %d GB: %v", gb, err)
		}
		task := &contractstest.Court{Chain: l.Chain, ID: contractstest.Find[contracts.TaskTaskCreated](l.Chain, receipt).TaskId}
		if got, want := task.Info().MinVramGB, memorySteps()[step]; got != want {
			t.Errorf("a task of %d GB takes %d GB, want %d", gb, got, want)
		}
		if tree := readTreap(t, l.Chain, listOf(protocol.GPT, uint8(step))); tree.order[len(tree.order)-1].id().Cmp(task.ID) != 0 {
			t.Errorf("a task of %d GB is not in the list of step %d", gb, step)
		}
	}
}

// Between two steps: a card of 11 GB serves 10, a task of 11 GB takes 12.
func TestBetweenStepsACardIsRoundedDownAndATaskUp(t *testing.T) {
	for _, c := range []struct {
		card, task uint16
		starts     bool
	}{
		{1, 0, true}, {1, 1, true}, {1, 2, false}, {3, 2, true}, {3, 3, false}, {11, 10, true}, {11, 11, false}, {12, 11, true},
		{23, 20, true}, {23, 21, false}, {24, 24, true}, {47, 33, false}, {48, 33, true}, {100, 80, true}, {100, 81, false}, {128, 128, true}, {999, 128, true},
	} {
		for _, request := range []contracts.TaskRequest{contractstest.GPTRequest(), contractstest.SDRequest(1)} {
			l := newLine(t, nil)
			l.resume(l.trio(c.card)...)
			request.MinVramGB = c.task
			err := l.try(l.creator, request)
			if c.starts && err != nil {
				t.Errorf("type %d: a card of %d GB does not serve a task of %d: %v", request.TaskType, c.card, c.task, err)
			}
			if !c.starts {
				wantRefused(t, err, "NoClassFits")
			}
		}
	}
}
