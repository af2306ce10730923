// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "health/pathconnection.h"
#include "health/repeatedprobe.h"
#include "http/httpanswer.h"
#include "output/boundedpattern.h"
#include "spec/probeurl.h"

#include <QByteArray>
#include <QTcpSocket>

#include <memory>
#include <optional>

namespace semper {

/// Ready once a GET is answered as the configuration expects, by default with 2xx or 3xx. Reads an
/// answer to its end, but no more of it than HttpAnswer wants, and follows nothing.
class SEMPER_SERVER_EXPORT HttpProbe : public RepeatedProbe
{
    Q_OBJECT
public:
    explicit HttpProbe(const ReadySpec &spec);
    ~HttpProbe() override;

protected:
    void begin() override;
    void giveUp(const QString &why) override;

private:
    void connectToHost(const ProbeUrl &url);
    void connectToPath(const QString &path);
    void take(int descriptor);
    void hear();
    void ask();
    void read();
    void peerClosed(const QString &why);
    void look();
    [[nodiscard]] bool isStatusExpected() const;
    void judge();
    void refuse(const QString &why);
    void part();

    QString m_name; ///< of what is asked, for people
    HttpProbeSpec m_spec;
    std::optional<BoundedPattern> m_body;
    std::optional<ProbeUrl> m_url; ///< nothing for one that is none
    QString m_urlFault;
    HttpAnswer m_answer; ///< of the attempt
    std::unique_ptr<PathConnection> m_path; ///< becomes the next
    std::unique_ptr<QTcpSocket> m_socket; ///< during an attempt
};

} // namespace semper
