// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/servermirror.h"
#include "model/processfilter.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QSettings;
class QSplitter;

namespace semper::dashboard {

class ChipBar;
class DetailPane;
class MessageBar;
class ProcessTable;

/// One server: banner, chips and filter, table, the selected process, undo. Keeps the clock of
/// everything that counts by itself, and stands still while nobody can see it.
class ServerPage : public QWidget
{
    Q_OBJECT
public:
    explicit ServerPage(ServerMirror *mirror, QWidget *parent = nullptr);

    [[nodiscard]] ProcessTable *table() const { return m_table; }
    [[nodiscard]] DetailPane *detail() const { return m_detail; }
    [[nodiscard]] ChipBar *chips() const { return m_chips; }
    [[nodiscard]] QLineEdit *filterEdit() const { return m_filterEdit; }
    [[nodiscard]] MessageBar *banner() const { return m_banner; }
    /// Shown while the server's services do not answer.
    [[nodiscard]] MessageBar *hangBar() const { return m_hangBar; }
    [[nodiscard]] MessageBar *undoBar() const { return m_undoBar; }
    /// Shown over the table while the filter leaves nothing of it.
    [[nodiscard]] QPushButton *clearButton() const { return m_clear; }

    void setPaused(bool paused);
    void clearFilter();
    void saveLayout(QSettings &settings) const;
    void restoreLayout(const QSettings &settings);
    void resetLayout();

Q_SIGNALS:
    /// Once a second while visible: time to count ages and countdowns.
    void secondPassed();
    void resumeWanted();

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void build();
    void connectParts();
    void flush();
    void tick();
    void refreshBanner();
    void refreshUndo();
    void refreshEmptiness();
    void takeSnapshot();
    /// Until somebody moves the split: no taller a table than its processes need.
    void fitSplit();
    [[nodiscard]] QString lossText() const;

    ServerMirror *m_mirror;
    ProcessFilter m_filter;
    MessageBar *m_banner;
    MessageBar *m_hangBar;
    MessageBar *m_pauseBar;
    MessageBar *m_undoBar;
    ChipBar *m_chips;
    QLineEdit *m_filterEdit;
    ProcessTable *m_table;
    QWidget *m_empty;
    QLabel *m_emptyText;
    QPushButton *m_clear;
    DetailPane *m_detail;
    QSplitter *m_splitter;
    bool m_ownSplit = false;
    QTimer m_flushTimer{this};
    QTimer m_tickTimer{this};
    std::chrono::steady_clock::time_point m_pausedSince;
};

} // namespace semper::dashboard
