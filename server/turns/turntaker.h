// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QtGlobal>

#include <functional>
#include <memory>

namespace semper {

struct TurnLine;

/// One client's work, cut into pieces: a request, a call of a batch, a frame. Pieces are done in
/// turn with those of all others, see Turns. For the thread that has made it only.
class SEMPER_SERVER_EXPORT TurnTaker
{
public:
    /// Does one piece. True: there may be more to do. May delete the taker, and then returns false.
    using Piece = std::function<bool()>;

    TurnTaker(std::shared_ptr<TurnLine> line, Piece piece);
    ~TurnTaker();
    Q_DISABLE_COPY_MOVE(TurnTaker)

    /// There is something to do. It is done at once where nobody waits and the event loop has time
    /// for it, else when its turn has come.
    void ask();
    /// The same, but never done within the call.
    void askLater();
    /// Its turn is yet to come.
    [[nodiscard]] bool waits() const { return m_waits; }
    [[nodiscard]] const std::shared_ptr<TurnLine> &line() const { return m_line; }

private:
    friend class Turns;
    /// Runs the piece. True: more is to be done, and the taker is still there.
    [[nodiscard]] bool run();

    std::shared_ptr<TurnLine> m_line;
    Piece m_piece;
    bool m_waits = false;
    bool m_runs = false;
    bool m_asked = false; ///< while it ran
    bool *m_gone = nullptr; ///< to be set by the destructor
};

} // namespace semper
