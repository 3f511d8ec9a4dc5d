package bridge

import (
	"errors"
	"log/slog"
	"slices"

	"helium/backend/models"
	"helium/inference/task"
)

// Offers are the models of a library that can be asked for. What only goes with a
// model for images, such as a LoRA, is none.
func Offers(library *models.Library, log *slog.Logger) []Model {
	var offers []Model
	for _, f := range library.List() {
		images, err := library.Image(f)
		if err == nil && !slices.Contains(images.Fields, task.RoleBase) {
			continue
		}
		if err != nil && !errors.Is(err, models.ErrNoImage) {
			log.Warn("model can't be read and isn't offered", "model", models.Label(f.Pin.ID), "err", err)
			continue
		}
		offers = append(offers, Model{Pin: f.Pin, MinVRAMGB: 1, Images: err == nil})
	}
	return offers
}
