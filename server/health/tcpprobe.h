// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "health/pathconnection.h"
#include "health/repeatedprobe.h"

#include <QTcpSocket>

#include <memory>

namespace semper {

/// Ready once a connection to an address succeeds; it is closed again at once.
class SEMPER_SERVER_EXPORT TcpProbe : public RepeatedProbe
{
    Q_OBJECT
public:
    explicit TcpProbe(const ReadySpec &spec);
    ~TcpProbe() override;

protected:
    void begin() override;
    void giveUp(const QString &why) override;

private:
    void beginTcp(const QString &host, quint16 port);
    void beginUnix(const QString &path);
    void end();

    QString m_address;
    std::unique_ptr<QTcpSocket> m_tcp; ///< one of them, during an attempt
    std::unique_ptr<PathConnection> m_path;
};

} // namespace semper
