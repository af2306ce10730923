// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/serviceside.h"

#include <QHash>
#include <QObject>
#include <QTimer>

#include <atomic>
#include <memory>
#include <utility>

namespace semper {

class Crossing;
class ServiceHouse;

/// The services' side of the boundary, for supervision: hands everything to the house in its own
/// loop, keeps count of what waits there, and brings the answers back. Belongs to supervision's
/// thread.
class ServiceDoor : public QObject, public ServiceSide
{
    Q_OBJECT
public:
    static constexpr qint64 mostOfOne
        = 4 * 1024 * 1024; ///< bytes that messages of one process take
    static constexpr qint64 mostOfAll = 64 * 1024 * 1024; ///< bytes that all messages take

    /// All outlive it. \a toHouse leads into the loop of \a house, \a back into supervision's.
    ServiceDoor(ServiceHouse &house, Crossing &toHouse, Crossing &back);
    ~ServiceDoor() override;

    void messageReceived(const ServiceProcess &from, const QJsonObject &payload) override;
    void messagesDropped(const ServiceProcess &to, int count) override;
    void ask(
        const ServiceProcess &from, const QJsonObject &payload, Done<QJsonObject> done) override;
    void askForConnections(const QString &service, const QString &method, const QJsonObject &params,
        Done<Items> done) override;
    void connections(const ConnectionQuery &query, Done<ConnectionPage> done) override;
    [[nodiscard]] std::shared_ptr<void> followConnections(
        const QString &service, Done<ConnectionNews> news) override;
    void prepare(const ConfigDifference &difference, const ServerConfig &config,
        Done<std::optional<ReloadRefusal>> done) override;
    void commit(const ServerConfig &config, std::function<void()> done) override;
    void abandon() override;
    [[nodiscard]] QList<ServiceFacts> facts() const override;
    [[nodiscard]] LoopMeter &loop() override;

private:
    /// Bytes that were handed in and have not been taken.
    using Waiting = std::shared_ptr<std::atomic<qint64>>;

    template <typename Answer, typename Question>
    void call(Question question, Done<Answer> done);
    template <typename Answer>
    [[nodiscard]] Done<Answer> within(
        std::chrono::milliseconds limit, Done<Answer> done, std::function<Answer()> otherwise);
    void countLost(const ServiceProcess &from);
    void tellLost();

    ServiceHouse &m_house;
    Crossing &m_toHouse;
    Crossing &m_back;
    Waiting m_waiting = std::make_shared<std::atomic<qint64>>(0);
    QHash<std::pair<QString, int>, Waiting> m_waitingOf; ///< by name and instance
    QMap<QString, qint64> m_lost; ///< messages by name of the process, since it was last told
    QTimer m_tellLost;
};

} // namespace semper
