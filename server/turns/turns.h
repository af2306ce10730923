// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QEvent>
#include <QObject>

#include <chrono>
#include <deque>
#include <memory>
#include <vector>

#include <poll.h>

namespace semper {

class TurnTaker;
struct TurnLine;

/// Divides what clients may have of the event loop's time. In each turn of the loop they get
/// 1 ms, piece by piece: one from each door that has some waiting, and at a door one of each
/// client, in turn. Everything else that the loop has to do comes first, and where a death is to be
/// seen to the turn ends with the piece at hand. One for each thread.
class SEMPER_SERVER_EXPORT Turns : public QObject
{
    Q_OBJECT
public:
    [[nodiscard]] static Turns &ofThread();

    /// While \a descriptor can be read from, clients get no more than one piece in a turn.
    void giveWay(int descriptor);
    void giveWayNoMore(int descriptor);

    /// Whether a client could be served at once.
    [[nodiscard]] bool hasTime() const;

protected:
    void customEvent(QEvent *event) override;

private:
    friend class TurnTaker;
    using Time = std::chrono::nanoseconds;

    Turns();
    ~Turns() override = default;

    void serveOrQueue(TurnTaker &taker);
    void queue(TurnTaker &taker);
    void leave(TurnTaker &taker);
    [[nodiscard]] bool serve(TurnTaker &taker);
    [[nodiscard]] bool isUrgent() const;
    void callRound();

    std::deque<std::shared_ptr<TurnLine>> m_lines; ///< in which somebody waits
    mutable std::vector<pollfd> m_urgent;
    Time m_spent{0}; ///< in this turn of the event loop
    bool m_roundCalled = false;
};

} // namespace semper
