// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/connection.h>
#include <semper/semper_server_export.h>

#include <QList>
#include <QMap>
#include <QObject>
#include <QString>

#include <atomic>
#include <limits>
#include <memory>

namespace semper {

class LiveConnection;

/// The clients of one service, over all of its listeners, those that are to end included. For the
/// thread of its listeners.
class SEMPER_SERVER_EXPORT ConnectionTable : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype all = std::numeric_limits<qsizetype>::max();

    using QObject::QObject;
    ~ConnectionTable() override;

    /// Rises by one with each call.
    [[nodiscard]] quint64 nextId() { return ++m_lastId; }
    /// \a connection stays its socket's, and is taken out before it is destroyed.
    void add(quint64 id, LiveConnection *connection, const QString &listener);
    /// Does nothing for an id that is not there.
    void remove(quint64 id);

    [[nodiscard]] qsizetype count() const { return *m_count; }
    /// The same for any thread, also once this is gone.
    [[nodiscard]] std::shared_ptr<const std::atomic<qsizetype>> counter() const { return m_count; }
    /// Those with a higher id than \a after, oldest first, at most \a limit.
    [[nodiscard]] QList<Connection> page(quint64 after = 0, qsizetype limit = all) const;
    /// Null when there is none.
    [[nodiscard]] LiveConnection *find(quint64 id) const;

Q_SIGNALS:
    void opened(const semper::Connection &connection);
    /// With what it had taken and sent in the end.
    void closed(const semper::Connection &connection);

private:
    struct Entry
    {
        LiveConnection *connection = nullptr;
        QString listener;
    };

    [[nodiscard]] static Connection describe(const Entry &entry);

    QMap<quint64, Entry> m_entries;
    quint64 m_lastId = 0;
    std::shared_ptr<std::atomic<qsizetype>> m_count = std::make_shared<std::atomic<qsizetype>>(0);
};

} // namespace semper
