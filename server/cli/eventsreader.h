// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/commandexit.h"
#include "protocol/hubclient.h"

#include <QDateTime>
#include <QEventLoop>
#include <QJsonObject>
#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QTimer>

#include <optional>

namespace semper {

/// What `semper events` was asked for.
struct EventsWish
{
    QStringList selectors = {}; ///< "name" or "name:instance"; none: everything
    QStringList types = {}; ///< none: all
    QDateTime since = {}; ///< invalid: from the beginning
    int newest = 0; ///< only so many of those before; 0: all
    bool follow = false; ///< also those to come
    bool json = false;
};

/// Prints the events of a server, for the command line only: run() runs the event loop until it is
/// done.
class EventsReader : public QObject
{
    Q_OBJECT
public:
    EventsReader(const QString &socketPath, EventsWish wish);

    /// Waits for 5 s at most for each page. How it ended: done, or why it is over.
    [[nodiscard]] CommandExit run();

private:
    void subscribe();
    void take(const QJsonObject &frame);
    void takeEvent(const QJsonObject &event);
    void takeSnapshot(const QJsonObject &frame);
    void takeEnd(const QJsonObject &frame);
    void lose(const QString &why);
    void finish(const CommandExit &exit);
    [[nodiscard]] bool isChosen(const QJsonObject &event) const;

    const EventsWish m_wish;
    HubClient m_client;
    QEventLoop m_loop;
    QTimer m_patience;
    QSet<QString> m_known; ///< names of processes, of the server or of events
    QJsonObject m_error; ///< the frame with which the server closed
    CommandExit m_exit;
    bool m_isOver = false;
};

} // namespace semper
